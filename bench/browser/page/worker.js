// One engine in a dedicated worker. Each module of engines/ has load(settings), which returns
//   generate({prompt, tokens}): {promptTokens, tokens, first, rest}, the milliseconds to the first token and from there
//   to the last; or
//   embed({texts, ids}): {vectors}.
let engine;

const methods = {
  async load({settings}) {
    const {load} = await import(`./engines/${settings.engine}.js`);
    engine = await load(settings);
    return {notes: engine.notes};
  },
  generate: (request) => engine.generate(request),
  embed: async (request) => {
    const begin = performance.now();
    const {vectors} = await engine.embed(request);
    return {vectors: request.keep ? vectors.map((vector) => [...vector]) : [], took: performance.now() - begin};
  },
};

onmessage = async ({data}) => {
  try {
    postMessage(await methods[data.method](data));
  } catch (error) {
    postMessage({error: error.stack ?? String(error)});
  }
};
