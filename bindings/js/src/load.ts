// Loading a model, whatever it comes from.
import type {Connection} from "./connection.js";
import type {Gerbil} from "./gerbil.js";
import type {LoadOptions, LoadProgress} from "./load_options.js";
import {makeGerbil, type Loaded} from "./make_gerbil.js";
import type {MemoryOptions} from "./platform.js";
import type {LoadBody} from "./protocol.js";
import {requestJson} from "./request_json.js";
import {isSignal, noSignal} from "./signal.js";

/** What "auto" means here, and options that were not given. */
export interface Here extends MemoryOptions {
  device: "auto" | "wasm";
  dtype: "none" | "int4";
}

/** Loads a model in the connection's worker. `base`: what an address is meant from that is not complete. */
export async function loadGerbil(
  connection: Connection,
  model: LoadBody["model"],
  options: LoadOptions,
  here: Here,
  base?: string,
): Promise<Gerbil> {
  const {signal, onProgress, device = "auto", dtype = "auto", threads, revision, token, endpoint, ...rest} = options;
  if (!isSignal(signal)) throw noSignal();
  const {context_length, cache_tokens} = here;
  const memory = {context_length, cache_tokens};
  const hub = {revision, token, endpoint, base};
  const body: LoadBody = {
    model,
    hub: Object.fromEntries(Object.entries(hub).filter(([, value]) => value !== undefined)),
    device: device === "auto" ? here.device : device,
    threads,
    options: {...rest, ...memory, quantize: dtype === "auto" ? here.dtype : dtype},
  };
  requestJson(body.options); // refuses what JSON has no word for
  const load = async (aborted?: AbortSignal) => {
    const onEvent = (_event: string, value: unknown) => {
      if (!aborted?.aborted) onProgress?.(value as LoadProgress);
    };
    const {result, cancel} = connection.call("load", body, {onEvent});
    return abandonable(connection, result as Promise<Loaded>, cancel, aborted);
  };
  connection.hold();
  try {
    return makeGerbil(connection, await load(signal), load);
  } catch (error) {
    connection.release();
    throw error;
  }
}

// Rejects with the signal's reason once it is aborted, and sees to it that a model which still comes is unloaded.
function abandonable(
  connection: Connection,
  result: Promise<Loaded>,
  cancel: () => void,
  signal?: AbortSignal,
): Promise<Loaded> {
  if (!signal) return result;
  return new Promise((resolve, reject) => {
    const abort = () => {
      cancel();
      reject(signal.reason as Error);
      result.then(({model}) => connection.call("unload", null, {model}).result).catch(() => {});
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, {once: true});
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
