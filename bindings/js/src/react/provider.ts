// The model that hooks below use.
import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import {GerbilError} from "../error.js";
import type {Gerbil} from "../gerbil.js";
import {engineOf, idle, type Engine, type EngineOptions, type EngineState} from "./engines.js";

/** What hooks are told of the model, and what they may say of it themselves. */
export interface ModelOptions {
  /** An id on the hub, or the address of a folder. Default: that of the provider. */
  model?: string;
  /** How it is loaded. Default: as the provider says. */
  options?: EngineOptions;
  /** Load when it is first used, and not with the component. Default false. */
  lazy?: boolean;
}

const Context = createContext<ModelOptions>({});

/** Gives the hooks below it their model. */
export function GerbilProvider({children, ...model}: ModelOptions & {children?: ReactNode}) {
  return createElement(Context.Provider, {value: model}, children);
}

/** The engine of a hook, with what it is at. All hooks with the same model and options share one. */
export interface EngineHandle extends EngineState {
  /** Loads the model, where it is not yet; the calls of hooks do that by themselves. */
  load(): Promise<Gerbil>;
  /** Does something with the model, loaded before. Where that can do no more it is loaded again the next time. */
  use<Result>(work: (gerbil: Gerbil) => Promise<Result>): Promise<Result>;
}

/** The shared engine; loads with the component unless `lazy`. */
export function useGerbil(own: ModelOptions = {}): EngineHandle {
  const {model, options = {}, lazy = false} = {...useContext(Context), ...own};
  if (model === undefined)
    throw new GerbilError(
      "invalid_argument",
      'A hook of gerbil has no model: put the component into a <GerbilProvider model="…">, or give the hook a model.',
    );
  const key = JSON.stringify(options);
  // On a server there is no engine: effects do not run there.
  const find = useCallback((): Engine => engineOf(model, options), [model, key]);
  const subscribe = useCallback((listener: () => void) => find().subscribe(listener), [find]);
  const state = useSyncExternalStore(
    subscribe,
    () => find().state(),
    () => idle,
  );
  useEffect(() => {
    const engine = find();
    const release = engine.hold();
    if (!lazy) engine.load().catch(() => {}); // the state says why
    return release;
  }, [find, lazy]);
  const load = useCallback(() => find().load(), [find]);
  const use = useCallback(<Result>(work: (gerbil: Gerbil) => Promise<Result>) => find().use(work), [find]);
  return {...state, load, use};
}
