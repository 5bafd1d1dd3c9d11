// What a page and its worker say to each other. A call has a number that the page chose; it ends with one `result` or
// `error`, and may have events before.
import type {ErrorCode} from "./error.js";

/** A model's files: where they are to be had from. */
export type Source =
  | {kind: "hub"; id: string; revision?: string; token?: string; endpoint?: string}
  | {kind: "url"; url: string}
  | {kind: "files"; files: {path: string; file: File}[]}
  | {kind: "directory"; path: string};

/** The body of "load". `options` are those of gerbil::LoadOptions, by their C++ names. */
export interface LoadBody {
  source: Source;
  device: "auto" | "webgpu" | "wasm";
  /** CPU threads, at most; undefined: what the worker may use. */
  threads: number | undefined;
  options: Record<string, unknown>;
}

/** `model` is the number that "load" gave. */
export interface CallMessage {
  id: number;
  method: string;
  model?: number;
  body: unknown;
}
export type ToWorker = CallMessage | {cancel: number};

export interface WireError {
  code: ErrorCode;
  message: string;
}
export type FromWorker =
  | {id: number; event: string; value: unknown}
  | {id: number; result: unknown}
  | {id: number; error: WireError};

/** Either end of the line between them. */
export interface Port {
  post(message: unknown, transfer?: Transferable[]): void;
}
