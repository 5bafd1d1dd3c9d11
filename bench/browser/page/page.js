// The page of one engine: what compare.mjs calls by name.
let worker;

// The answer of the worker to a request, with the milliseconds that it took seen from here.
const answer = (request, begin) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({data: {error, ...result}}) =>
      error ? reject(new Error(error)) : resolve({...result, milliseconds: performance.now() - begin});
    worker.onerror = (event) => reject(new Error(`${event.message ?? "The worker failed"} (${event.filename}:${event.lineno})`));
    worker.postMessage(request);
  });

// Starts the worker, loads a model, and makes the first token or the first embedding: `first` is the milliseconds of it
// all, `load` those before the model could be asked.
globalThis.start = async (settings, request) => {
  const begin = performance.now();
  worker = new Worker("worker.js", {type: "module"});
  const {milliseconds: load, ...loaded} = await answer({method: "load", settings}, begin);
  const {milliseconds: first} = await answer(request, begin);
  return {...loaded, load, first};
};

globalThis.ask = (request) => answer(request, performance.now());

// Bytes of the page and its workers, after a collection of garbage.
globalThis.memory = async () => (await performance.measureUserAgentSpecificMemory()).bytes;
globalThis.ready = true;
