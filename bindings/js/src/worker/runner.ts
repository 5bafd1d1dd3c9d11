// A core at work: the calls that it has, and the loop that makes it go on and lets messages in between.
import {GerbilError, type ErrorCode} from "../error.js";
import type {Core, CoreOptions, Gpu} from "./core.js";

/** What becomes of a call. */
export interface Listener {
  event(kind: string, value: unknown): void;
  result(value: unknown): void;
  error(error: GerbilError): void;
}

export interface Runner {
  core: Core;
  /** Of the CPU, that it may use. */
  threads: number;
  /** Does `work`, which begins the call on the core. */
  begin(call: number, listener: Listener, work: () => void): void;
  /** Ends all calls with this error, and refuses others: the core can do no more. */
  fail(error: GerbilError): void;
  /** Why it can do no more. */
  failed(): GerbilError | undefined;
}

interface CoreError {
  error: {message: string; code: ErrorCode};
}

/** Starts a core, on a GPU or without. `yielded` resolves after the messages that have come. */
export async function startRunner(
  make: (options: CoreOptions) => Promise<Core>,
  threads: number,
  gpu: Gpu | undefined,
  yielded: () => Promise<void>,
) {
  const listeners = new Map<number, Listener>();
  let failure: GerbilError | undefined;
  let polling = false;

  const onEvent = (call: number, kind: string, value: string | Float32Array) => {
    const listener = listeners.get(call);
    if (!listener) return;
    const data: unknown = typeof value === "string" ? JSON.parse(value) : value;
    if (kind === "result" || kind === "error") listeners.delete(call);
    if (kind === "result") listener.result(data);
    else if (kind === "error") failCall(listener, data as CoreError);
    else listener.event(kind, data);
  };
  const failCall = (listener: Listener, {error}: CoreError) => {
    listener.error(new GerbilError(error.code, error.message));
    if (error.code === "device_lost") runner.fail(new GerbilError("device_lost", error.message));
  };

  const core = await make({threads, ...(gpu && {gpu}), onEvent});

  const poll = async () => {
    polling = true;
    try {
      while (!failure && core.poll()) await (core.waiting() ?? yielded());
    } catch (error) {
      runner.fail(new GerbilError("internal", `The core has stopped: ${String(error)}. Load the model again.`));
    }
    polling = false;
  };

  const runner: Runner = {
    core,
    threads,
    begin(call, listener, work) {
      if (failure) return listener.error(failure);
      listeners.set(call, listener);
      try {
        work();
      } catch (error) {
        runner.fail(new GerbilError("internal", `The core has stopped: ${String(error)}. Load the model again.`));
      }
      if (!polling) void poll();
    },
    fail(error) {
      failure ??= error;
      const open = [...listeners.values()];
      listeners.clear();
      for (const listener of open) listener.error(failure);
    },
    failed: () => failure,
  };
  return runner;
}
