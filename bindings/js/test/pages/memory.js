// Loads a checkpoint of zeros whose table of embeddings is 311 MB onto the GPU, and says how much memory the module has
// then. Its files are made while they are read.
import createCore from "/core/gerbil.js";

const config = {
  architectures: ["Qwen3ForCausalLM"],
  model_type: "qwen3",
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 1,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  vocab_size: 151936,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  tie_word_embeddings: true,
  hidden_act: "silu",
};
const layer = "model.layers.0.";
const shapes = {
  "model.embed_tokens.weight": [151936, 1024],
  "model.norm.weight": [1024],
  [`${layer}self_attn.q_proj.weight`]: [2048, 1024],
  [`${layer}self_attn.k_proj.weight`]: [1024, 1024],
  [`${layer}self_attn.v_proj.weight`]: [1024, 1024],
  [`${layer}self_attn.o_proj.weight`]: [1024, 2048],
  [`${layer}self_attn.q_norm.weight`]: [128],
  [`${layer}self_attn.k_norm.weight`]: [128],
  [`${layer}mlp.gate_proj.weight`]: [3072, 1024],
  [`${layer}mlp.up_proj.weight`]: [3072, 1024],
  [`${layer}mlp.down_proj.weight`]: [1024, 3072],
  [`${layer}input_layernorm.weight`]: [1024],
  [`${layer}post_attention_layernorm.weight`]: [1024],
};

const textFile = (path, text) => {
  const bytes = new TextEncoder().encode(text);
  return zeros(path, bytes.length, bytes);
};

// `begin`, and zeros behind it.
function zeros(path, size, begin) {
  const read = (offset, into) => {
    into.fill(0);
    into.set(begin.subarray(offset, Math.min(begin.length, offset + into.length)));
    return into.length;
  };
  return {path, size, read};
}

function weights() {
  const header = {};
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = end;
    end += 2 * shape.reduce((product, extent) => product * extent, 1);
    header[name] = {dtype: "BF16", shape, data_offsets: [begin, end]};
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const begin = new Uint8Array(8 + text.length);
  new DataView(begin.buffer).setUint32(0, text.length, true);
  begin.set(text, 8);
  return zeros("model.safetensors", begin.length + end, begin);
}

onmessage = async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const requiredLimits = {};
  for (const name in adapter.limits)
    if (typeof adapter.limits[name] === "number") requiredLimits[name] = adapter.limits[name];
  const device = await adapter.requestDevice({requiredLimits});
  const file = weights();
  const done = Promise.withResolvers();
  const onEvent = (call, kind, value) => {
    if (kind === "result") done.resolve();
    if (kind === "error") done.reject(new Error(value));
  };
  const core = await createCore({threads: 1, onEvent, gpu: {adapter, device}});
  core.mount("/models/0", [textFile("config.json", JSON.stringify(config)), file]);
  core.load(1, 0, JSON.stringify({model: "/models/0", device: "webgpu", check: false, context_length: 512}));
  while (core.poll()) await (core.waiting() ?? new Promise(later => setTimeout(later)));
  await done.promise;
  postMessage({results: {checkpoint: file.size, memory: core.memoryBytes()}});
};
