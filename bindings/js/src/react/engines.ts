// Engines that hooks share: one a model and its options, from the first hook that wants it to the last.
import {GerbilError} from "../error.js";
import type {Gerbil as Model} from "../gerbil.js";
import {Gerbil} from "../index.js";
import type {LoadOptions, LoadProgress} from "../load_options.js";

/** How hooks load a model; `name` is an id on the hub or an address. */
export type EngineOptions = Omit<LoadOptions, "signal" | "onProgress">;

export interface EngineState {
  status: "idle" | "loading" | "ready" | "error";
  /** Of loading. */
  progress: LoadProgress | null;
  error: Error | null;
  gerbil: Model | null;
}

export interface Engine {
  state(): EngineState;
  subscribe(listener: () => void): () => void;
  /** Loads the model unless it is loaded or loading, and again after an error. */
  load(): Promise<Model>;
  /** Does something with the model. Where that can do no more it is loaded again the next time. */
  use<Result>(work: (gerbil: Model) => Promise<Result>): Promise<Result>;
  /** A hook that wants the engine, until it calls what this returns. */
  hold(): () => void;
}

export const idle: EngineState = {status: "idle", progress: null, error: null, gerbil: null};
const engines = new Map<string, Engine>();
const keptFor = 1000; // milliseconds that an engine outlives its last hook: strict mode and a change of page come back

/** The engine of a model. */
export function engineOf(model: string, options: EngineOptions): Engine {
  const key = JSON.stringify([model, Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))]);
  const known = engines.get(key) ?? makeEngine(model, options, () => engines.delete(key));
  engines.set(key, known);
  return known;
}

function makeEngine(model: string, options: EngineOptions, gone: () => void): Engine {
  let state = idle;
  let loading: Promise<Model> | undefined;
  const abort = new AbortController();
  let holders = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  const become = (next: Partial<EngineState>) => {
    state = {...state, ...next};
    for (const listener of listeners) listener();
  };
  const start = async () => {
    become({status: "loading", progress: null, error: null});
    try {
      const {signal} = abort;
      const gerbil = await Gerbil.load(model, {...options, signal, onProgress: progress => become({progress})});
      become({status: "ready", gerbil});
      return gerbil;
    } catch (error) {
      loading = undefined;
      become({status: "error", error: error as Error});
      throw error;
    }
  };
  const load = () => (loading ??= start());
  const drop = () => {
    loading = undefined;
    void state.gerbil?.dispose();
  };
  const end = () => {
    gone();
    abort.abort();
    drop();
  };

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load,
    async use(work) {
      const gerbil = await load();
      try {
        return await work(gerbil);
      } catch (error) {
        const fatal = error instanceof GerbilError && (error.code === "device_lost" || error.code === "internal");
        if (fatal && state.gerbil === gerbil) {
          drop();
          become({status: "error", error, gerbil: null});
        }
        throw error;
      }
    },
    hold() {
      ++holders;
      clearTimeout(timer);
      return () => {
        if (--holders === 0) timer = setTimeout(end, keptFor);
      };
    },
  };
}
