// wllama with its own worker below this one, and its own cache in OPFS.
export async function load({model, device, threads, task}) {
  const {LoggerWithoutDebug, Wllama} = await import("/npm/@wllama/wllama/esm/index.min.js");
  const wasm = new URL("/npm/@wllama/wllama/esm/wasm/wllama.wasm", location.href).href;
  const wllama = new Wllama({default: wasm}, {suppressNativeLog: true, logger: LoggerWithoutDebug});
  await wllama.loadModelFromUrl(new URL(`/models/${model}`, location.href).href, {
    n_threads: threads,
    n_ctx: 1024,
    ...(device === "cpu" && {n_gpu_layers: 0}),
    ...(task === "embeddings" && {embeddings: true}),
  });

  return {
    notes: {threads: wllama.getNumThreads(), libllama: Wllama.getLibllamaVersion()},

    async generate({prompt, tokens}) {
      const begin = performance.now();
      let first, usage;
      const options = {temperature: 0, max_tokens: tokens, ignore_eos: true, stream: true};
      const chunks = await wllama.createCompletion({prompt, ...options});
      for await (const chunk of chunks) {
        first ??= performance.now();
        usage = chunk.usage ?? usage;
      }
      const end = performance.now();
      const {prompt_tokens: promptTokens, completion_tokens: written} = usage;
      return {promptTokens, tokens: written, first: first - begin, rest: end - first};
    },

    async embed({ids}) {
      const {data} = await wllama.createEmbedding({input: ids});
      return {vectors: data.map(({embedding}) => embedding)};
    },
  };
}
