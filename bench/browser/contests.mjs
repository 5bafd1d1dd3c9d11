// Who runs against whom, and on what. `settings` are what the page's module of the engine gets.
const TEXT = {
  gerbil: {engine: "gerbil", model: "text/plain", quantize: "int4"},
  "gerbil, 4-bit files": {engine: "gerbil", model: "text/mlx", quantize: "none"},
  "transformers.js": {engine: "transformers", model: "text/onnx", dtype: "q4"},
  "transformers.js, 8 bits": {engine: "transformers", model: "text/onnx", dtype: "q8"},
  wllama: {engine: "wllama", model: "text/gguf/model.gguf"},
};

const embeddings = (quantize, dtype, gguf) => ({
  gerbil: {engine: "gerbil", model: "embeddings/plain", quantize},
  "transformers.js": {engine: "transformers", model: "embeddings/onnx", dtype},
  wllama: {engine: "wllama", model: `embeddings/gguf/${gguf}.gguf`},
});

const SHAPE = "Qwen3-0.6B's shape cut to 8 layers, 4 bits";
const text = {task: "text", engines: TEXT, prompts: [128, 512], answer: 64};
const float = {task: "embeddings", engines: embeddings("none", "fp32", "f32"), texts: 64, tokens: 64};
const int8 = {task: "embeddings", engines: embeddings("int8", "q8", "q8_0"), texts: 64, tokens: 64};
const pick = (engines, ...names) => Object.fromEntries(names.map((name) => [name, engines[name]]));
const onGpu = (engines) => pick(engines, "gerbil", "transformers.js");

// Small enough for an adapter of software.
const few = {prompts: [16], answer: 4};

export const CONTESTS = {
  text: {...text, title: SHAPE, device: "cpu", threads: 1},
  float: {...float, title: "MiniLM's shape, 32-bit floats", device: "cpu", threads: 1},
  int8: {...int8, title: "MiniLM's shape, 8 bits", device: "cpu", threads: 1},
  "text-threads": {...text, engines: pick(TEXT, "gerbil", "transformers.js, 8 bits", "wllama"), title: SHAPE, device: "cpu", threads: 2},
  "float-threads": {...float, title: "MiniLM's shape, 32-bit floats", device: "cpu", threads: 2},
  "int8-threads": {...int8, title: "MiniLM's shape, 8 bits", device: "cpu", threads: 2},
  "text-webgpu": {...text, ...few, engines: onGpu(TEXT), title: SHAPE, device: "webgpu", threads: 1},
  "float-webgpu": {...float, texts: 2, engines: onGpu(float.engines), title: "MiniLM's shape, 32-bit floats", device: "webgpu", threads: 1},
};
