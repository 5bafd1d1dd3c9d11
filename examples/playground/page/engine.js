// The models that are loaded, one for text and one for search, and the one that is on its way.
import {Gerbil} from "../gerbil/index.js";

/** The addresses of the models that come with the page. */
export const builtIn = {
  text: new URL("models/nano", document.baseURI).href,
  search: new URL("models/nano-embed", document.baseURI).href,
};

/** `loading`: {name, stage, done, total, left}, sizes in bytes, `left` in seconds or null where it is not known. */
export const state = {text: null, search: null, loading: null, problem: "", lastTimings: null};

const listeners = new Set();
const tell = () => listeners.forEach(listener => listener(state));

/** Calls `listener` with the state, now and whenever it changes. */
export function watch(listener) {
  listeners.add(listener);
  listener(state);
}

/** Of a model beside the page the name of its folder; else the name or address as it is. */
export const shortName = source =>
  source.startsWith(new URL("models/", document.baseURI).href) ? source.split("/").filter(Boolean).at(-1) : source;

let turn = Promise.resolve();
let control = null;

/** Loads a model, after those on their way, in place of the one of its kind. `source` as Gerbil.load has it. */
export function load(source, name, options = {}) {
  const mine = turn.then(() => loadNow(source, name, options));
  turn = mine.catch(() => {});
  return mine;
}

export const stopLoading = () => control?.abort();

async function loadNow(source, name, options) {
  control = new AbortController();
  const {signal} = control;
  state.loading = {name, stage: "begin", done: 0, total: 0, left: null};
  state.problem = "";
  tell();
  let begun = performance.now(); // of the stage
  const onProgress = ({stage, done, total, bytesPerSecond}) => {
    if (signal.aborted) return;
    if (stage !== state.loading.stage) begun = performance.now();
    const speed = bytesPerSecond ?? (done / (performance.now() - begun)) * 1000;
    state.loading = {name, stage, done, total, left: speed > 0 ? (total - done) / speed : null};
    tell();
  };
  try {
    const model = await Gerbil.load(source, {...options, signal, onProgress});
    const {tasks} = model.info();
    const place = tasks.includes("generate") ? "text" : tasks.includes("embed") ? "search" : null;
    if (!place) {
      await model.dispose();
      throw new Error(`${name} can only ${tasks.join(" and ")}, and this page shows text and embeddings.`);
    }
    await state[place]?.model.dispose();
    state[place] = {name, model, source, options};
    return model;
  } catch (error) {
    state.problem = signal.aborted ? "" : `${name} could not be loaded: ${error.message}`;
    throw error;
  } finally {
    state.loading = control = null;
    tell();
  }
}

export async function unload(place) {
  const {model} = state[place];
  state[place] = null;
  tell();
  await model.dispose();
}

const wanted = {};

/** The model of a place; the built-in one where none is loaded, and the same again where it was lost. */
export async function need(place) {
  const kept = state[place];
  if (kept && !kept.lost) return kept.model;
  wanted[place] ??= renew(place).finally(() => (wanted[place] = null));
  await wanted[place];
  return state[place].model;
}

// What was lost is disposed of first: the worker that comes next gives the same numbers to its models.
async function renew(place) {
  const {source, name, options} = state[place] ?? {source: builtIn[place], name: shortName(builtIn[place])};
  if (state[place]) await unload(place);
  await load(source, name, options);
}

// After these a model does nothing more: its GPU or its worker has gone, and a new worker does not know it.
const losses = ["device_lost", "internal", "not_found"];

/** Whether the model of a place was lost with that error: it is loaded again when it is needed next. */
export function noteFailure(place, error) {
  if (state[place] && losses.includes(error?.code)) state[place].lost = true;
}

/** Keeps the timings of an answer for those who show them. */
export function noteTimings(result) {
  state.lastTimings = result.timings;
  tell();
}
