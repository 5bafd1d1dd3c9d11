// transformers.js with the build of ONNX Runtime that it takes by itself, and its own cache.
const ORT = new URL("/npm/onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify", location.href).href;

export async function load({model, device, threads, dtype, task}) {
  const {AutoModel, AutoModelForCausalLM, AutoTokenizer, TextStreamer, env, mean_pooling} = await import(
    "/npm/@huggingface/transformers/dist/transformers.min.js"
  );
  env.allowLocalModels = false;
  env.remoteHost = location.origin;
  env.remotePathTemplate = "models/{model}/";
  env.backends.onnx.wasm.wasmPaths = {mjs: `${ORT}.mjs`, wasm: `${ORT}.wasm`};
  env.backends.onnx.wasm.numThreads = threads;
  const options = {device: device === "cpu" ? "wasm" : device, dtype};
  const tokenizer = await AutoTokenizer.from_pretrained(model);
  const loaded = await (task === "text" ? AutoModelForCausalLM : AutoModel).from_pretrained(model, options);

  return {
    notes: {},

    async generate({prompt, tokens}) {
      const inputs = tokenizer(prompt);
      const begin = performance.now();
      let first;
      const streamer = new TextStreamer(tokenizer, {
        skip_prompt: true,
        callback_function: () => {},
        token_callback_function: () => (first ??= performance.now()),
      });
      const limits = {max_new_tokens: tokens, min_new_tokens: tokens, do_sample: false};
      const output = await loaded.generate({...inputs, ...limits, streamer});
      const end = performance.now();
      const promptTokens = inputs.input_ids.dims[1];
      return {promptTokens, tokens: output.dims[1] - promptTokens, first: first - begin, rest: end - first};
    },

    async embed({texts}) {
      const inputs = tokenizer(texts, {padding: true});
      const {last_hidden_state: hidden} = await loaded(inputs);
      const pooled = mean_pooling(hidden, inputs.attention_mask).normalize(2, -1);
      return {vectors: pooled.tolist()};
    },
  };
}
