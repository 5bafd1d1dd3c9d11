// Whether a model will run here, from what is known of both before anything is downloaded.
import {defaultsOf, type Platform} from "../platform.js";
import {besideModel, comfortable, iosTab, mostDeviceMemory, safariEviction, tabShare, wasmMemory, wasmMemory64} from "./limits.js";
import {shownBytes} from "./text.js";

/** What is known of a model. Sizes in bytes. */
export interface ModelFacts {
  /** Of its weights in safetensors. */
  weights: number;
  /** What is still to be downloaded of it. */
  download: number;
  /** Bytes of a weight in the checkpoint: 4 of float32, else 2. */
  weightBytes: number;
  /** The checkpoint is quantised already, and `dtype` changes nothing. */
  quantized: boolean;
  /** Weights of one table of embeddings, the largest tensor; 0 where the configuration does not say. */
  embedding: number;
  /** Whether the head is a table of its own. */
  separateHead: boolean;
  /** Bytes of the KV cache that a token takes; 0 of models without one. */
  cachePerToken: number;
  /** The longest context in tokens; 0 where the configuration does not say. */
  contextLength: number;
}

/** What is known of the browser. Sizes in bytes; null: it does not say. */
export interface DeviceFacts {
  platform: Platform;
  safari: boolean;
  deviceMemory: number | null;
  /** WebAssembly may have more than 4 GiB. */
  memory64: boolean;
  room: {usage: number; quota: number} | null;
  /** Null where there is no WebGPU. */
  gpu: {maxBufferSize: number; maxStorageBufferBindingSize: number} | null;
}

/** How it would be loaded; the names and defaults are those of loading. */
export interface RunOptions {
  device?: "auto" | "webgpu" | "wasm";
  dtype?: "auto" | "none" | "int4" | "int8";
  context_length?: number;
  cache_tokens?: number;
}

export interface CanRun {
  /** "tight": it may run, and may end with an error or a page that the system closes. */
  verdict: "fits" | "tight" | "no";
  /** Full sentences: of "tight" and "no" why, and what else is to be known. */
  reasons: string[];
  /** How weights would be loaded. */
  dtype: "none" | "int4" | "int8";
  device: "webgpu" | "wasm";
  /** Bytes that are still to be downloaded. */
  download_bytes: number;
  /** Bytes of the weights in memory. */
  weight_bytes: number;
  /** Bytes of the KV cache. */
  cache_bytes: number;
  /** Bytes of all of it in memory. */
  memory_bytes: number;
}

// A code and its share of scale and bias in groups of 32: docs/quantization.md.
const bitsOf = {int4: 5, int8: 9};

/** Judges. Says "no" only where something is known to be too large. */
export function judge(model: ModelFacts, device: DeviceFacts, options: RunOptions = {}): CanRun {
  const {dtype: wanted = "auto", device: where = "auto"} = options;
  const usual = defaultsOf(device.platform);
  const dtype = model.quantized ? "none" : wanted !== "auto" ? wanted : usual.dtype;
  const onGpu = where !== "wasm" && device.gpu !== null;
  const context = options.context_length ?? Math.min(model.contextLength || usual.context, usual.context);
  const {weights, cache, memory} = sizesOf(model, dtype, options.cache_tokens ?? usual.conversations * context);

  const reasons: string[] = [];
  let worst = 0;
  const say = (severity: 0 | 1 | 2, reason: string) => {
    worst = Math.max(worst, severity);
    reasons.push(reason);
  };
  const compare = (limit: number, most: 1 | 2, what: string) => {
    if (memory > limit) say(most, `It needs about ${shownBytes(memory)} of memory, and ${what} ${shownBytes(limit)}.`);
    else if (memory > limit * comfortable)
      say(1, `It needs about ${shownBytes(memory)} of memory, which is most of the ${shownBytes(limit)} that ${what}.`);
  };

  if (where === "webgpu" && !device.gpu) say(2, "This browser has no WebGPU here.");
  else if (!onGpu) say(0, "It runs on the CPU, without WebGPU.");
  if (!onGpu) compare((device.memory64 ? wasmMemory64 : wasmMemory).bytes, 2, "WebAssembly reaches");
  if (device.platform === "ios") compare(iosTab.bytes, 2, "a tab on iOS may take");
  else if (device.deviceMemory !== null) {
    const capped = device.deviceMemory >= mostDeviceMemory;
    const what = capped ? "half of a device of 8 GiB, or of a larger one, has" : "half of this device has";
    compare(device.deviceMemory * tabShare, capped ? 1 : 2, what);
  }
  if (worst > 0 && cache > memory / 2)
    say(0, `The KV cache takes ${shownBytes(cache)} of that: a smaller context_length (${context} now) needs less.`);
  const largest = Math.min(device.gpu?.maxBufferSize ?? 0, device.gpu?.maxStorageBufferBindingSize ?? 0);
  const table = model.embedding * (dtype === "none" ? model.weightBytes : 1);
  if (onGpu && table > largest)
    say(2, `Its table of embeddings has ${shownBytes(table)}, and a buffer of this GPU at most ${shownBytes(largest)}.`);
  const free = device.room ? Math.max(0, device.room.quota - device.room.usage) : Infinity;
  if (model.download > free)
    say(2, `${shownBytes(model.download)} are to be stored, and the browser lets this page keep ${shownBytes(free)} more.`);
  if (device.safari && model.download > 0) say(0, safariEviction);

  return {
    verdict: (["fits", "tight", "no"] as const)[worst]!,
    reasons,
    dtype,
    device: onGpu ? "webgpu" : "wasm",
    download_bytes: model.download,
    weight_bytes: weights,
    cache_bytes: cache,
    memory_bytes: memory,
  };
}

/** Bytes in memory: of the weights, of the KV cache, and of all. */
export function sizesOf(model: ModelFacts, dtype: CanRun["dtype"], cacheTokens: number) {
  const weights = weightBytesOf(model, dtype);
  const cache = model.cachePerToken * cacheTokens;
  return {weights, cache, memory: weights + cache + besideModel};
}

// Embeddings and the head stay in 8 bits with int4.
function weightBytesOf(model: ModelFacts, dtype: "none" | "int4" | "int8"): number {
  if (dtype === "none") return model.weights;
  const count = model.weights / model.weightBytes;
  const tables = Math.min(count, model.embedding * (model.separateHead ? 2 : 1));
  return Math.round((tables * bitsOf.int8 + (count - tables) * bitsOf[dtype]) / 8);
}
