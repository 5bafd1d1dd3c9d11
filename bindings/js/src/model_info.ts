// What the engine says of a loaded model.

export type Task = "generate" | "embed" | "rank" | "classify";

/** What was loaded: `gerbil::ModelInfo`, and where it runs. Sizes are bytes. */
export interface ModelInfo {
  /** That the model was loaded by. */
  name: string;
  architecture: string;
  quantization: string;
  /** "CPU, WebAssembly relaxed SIMD, 4 threads", or the name of the GPU. */
  device: string;
  /** Where it runs. */
  backend: "webgpu" | "wasm";
  /**
   * Why WebGPU is not used, a sentence, where it was asked for with "auto"; null where it is used or was not asked for.
   */
  fallback: string | null;
  /** That it can do. */
  tasks: Task[];
  context_length: number;
  vocabulary_size: number;
  /** Of an embedding; 0 where none is made. */
  dimensions: number;
  /** Of a classifier; 0 of any other model. */
  classes: number;
  pipeline: string;
  parameters: number;
  weight_bytes: number;
  bytes_per_token: number;
  operations_per_token: number;
  operations_per_prompt_token: number;
  arena_bytes: number;
  cache_bytes: number;
  draft_bytes: number;
  dispatches_per_token: number;
  dispatches_per_batch: number;
  readbacks_per_token: number;
  layers: number;
  /** Fast paths that are not taken, and why. */
  notes: string[];
  /** What was odd, and weights that look damaged. */
  warnings: string[];
  has_chat_template: boolean;
  load_seconds: number;
}

/** What a model is at, and what it has done since it was loaded: `gerbil::ModelStatistics`, and `wasm_bytes`. */
export interface ModelStatistics {
  waiting: number;
  waiting_tokens: number;
  running: number;
  cache_tokens: number;
  cache_capacity: number;
  remembered_tokens: number;
  steps: number;
  step_tokens: number;
  step_requests: number;
  drafted_tokens: number;
  accepted_tokens: number;
  /** The memory of the WebAssembly module that it is in, with all that runs on the same device. */
  wasm_bytes: number;
}
