// How a model is loaded. What gerbil::LoadOptions has is called as there.
import type {Task} from "./model_info.js";
import type {CallOptions} from "./requests.js";
import type {ChosenFiles} from "./storage/chosen.js";
import type {HubOptions} from "./storage/open.js";
import type {DownloadProgress} from "./storage/progress.js";

/**
 * Where a model comes from: an id on the hub ("Qwen/Qwen3-0.6B"), the address of a folder with config.json
 * ("/models/nano", "https://…", a URL), or files that the user chose. In Node: the path of a directory.
 */
export type ModelSource = string | URL | ChosenFiles;

/** Bytes: from the network into the browser's storage, then of weights from there to the device. */
export type LoadProgress = ({stage: "download"} & DownloadProgress) | {stage: "load"; done: number; total: number};

export interface LoadOptions extends CallOptions, Omit<HubOptions, "base"> {
  onProgress?: (progress: LoadProgress) => void;
  /**
   * "webgpu", "wasm" (the CPU), or "auto": WebGPU where it is there and no software adapter, WebAssembly otherwise, and
   * `info().fallback` says why. Default "auto"; in Node there is "wasm" only.
   */
  device?: "auto" | "webgpu" | "wasm";
  /** How dense weights are quantised while loading. "auto": "int4" on phones, "none" elsewhere. Default "auto". */
  dtype?: "auto" | "none" | "int4" | "int8";
  /** Weights that share a scale, 32, 64 or 128. Default 32. */
  group_size?: number;
  /** What a language model is to do. Default: embeddings where the checkpoint is made for them, text otherwise. */
  task?: Task;
  /**
   * Tokens of a conversation or a text. Default: the model's own, at most 4096 for a conversation and 8192 for a text;
   * on phones 2048.
   */
  context_length?: number;
  /** Tokens of all conversations together that the KV cache has room for. Default: twice `context_length`, on phones once. */
  cache_tokens?: number;
  /** CPU threads. Default: the cores, at most 8; always 1 where the page is not cross-origin isolated. */
  threads?: number;
  /** Look for broken weights while loading; findings are in `info().warnings`. Default true. */
  check?: boolean;
}
