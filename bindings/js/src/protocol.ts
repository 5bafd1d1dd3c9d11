// What a page and its worker say to each other. A call has a number that the page chose; it ends with one `result` or
// `error`, and may have events before.
import type {ErrorCode} from "./error.js";
import type {MemoryOptions} from "./platform.js";
import type {ChosenFile} from "./storage/chosen.js";
import type {HubOptions} from "./storage/open.js";

/** The body of "load". `options` are those of gerbil::LoadOptions, by their C++ names. */
export interface LoadBody {
  /** What a model is named by, or files that were chosen. */
  model: string | ChosenFile[];
  hub: HubOptions;
  device: "auto" | "webgpu" | "wasm";
  /** CPU threads, at most; undefined: what the worker may use. */
  threads: number | undefined;
  options: MemoryOptions & Record<string, unknown> & {quantize: "none" | "int4" | "int8"};
}

/** `model` is the number that "load" gave. `body`: of "load" a LoadBody, of the model's methods JSON. */
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
  {id: number; event: string; value: unknown} | {id: number; result: unknown} | {id: number; error: WireError};

/** Either end of the line between them. */
export interface Port {
  post(message: unknown, transfer?: Transferable[]): void;
}
