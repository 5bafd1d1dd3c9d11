// Signals that callers pass.
import {GerbilError} from "./error.js";

/** Whether it is a signal, of whatever window, or none. */
export const isSignal = (signal: unknown): boolean =>
  signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === "function";

export const noSignal = () =>
  new GerbilError("invalid_argument", "`signal` is no AbortSignal: pass the signal of an AbortController.");
