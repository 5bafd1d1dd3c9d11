// The core: Emscripten's gerbil.js, as the C++ in src/web makes it. Its functions return at once; what becomes of a
// call is told by `onEvent`, in JSON text or numbers. A call ends with one "result" or "error".
import type {CoreFile} from "../storage/open.js";

export interface Gpu {
  device: GPUDevice;
  adapter: GPUAdapter;
}

export interface CoreOptions {
  /** CPU threads. */
  threads: number;
  /** Absent: there is only the CPU. */
  gpu?: Gpu;
  onEvent(call: number, kind: string, value: string | Float32Array<ArrayBuffer>): void;
}

export interface Core {
  mount(folder: string, files: CoreFile[]): void;
  unmount(folder: string): void;
  load(call: number, model: number, json: string): void;
  unload(model: number): void;
  submit(call: number, model: number, method: string, json: string): void;
  cancel(call: number): void;
  /** Does what needs no waiting; false when there is nothing to do. */
  poll(): boolean;
  /** Settles when poll() gets further; null: at once. */
  waiting(): Promise<void> | null;
}

/** Makes a core; with `memory64` one whose memory may have more than 4 GiB. */
export type MakeCore = (options: CoreOptions, memory64: boolean) => Promise<Core>;

/** What the module exports. Its own addresses are given to it, as bundlers call its files otherwise. */
export type CreateCore = (
  options: CoreOptions & {locateFile(name: string): string; mainScriptUrlOrBlob?: string},
) => Promise<Core>;
