// The worker's side of protocol.ts: models, and the calls that pages make on them.
import {GerbilError} from "../error.js";
import type {LoadProgress} from "../load_options.js";
import type {CallMessage, LoadBody, Port, ToWorker, WireError} from "../protocol.js";
import {loadModel, type LoadedModel, type OpenModel} from "./load.js";
import type {Listener} from "./runner.js";
import {makeRunners, type Machine} from "./runners.js";

export interface Environment extends Machine {
  openModel: OpenModel;
}

/** What takes the messages that come. */
export function makeHost(environment: Environment, port: Port): (message: ToWorker) => void {
  const runners = makeRunners(environment);
  const models = new Map<number, LoadedModel>();
  const cancels = new Map<number, () => void>(); // of calls that are under way

  // Tells the page of a call.
  const listen = (id: number): Listener => ({
    event: (event, value) => post({id, event, value}),
    result(result) {
      cancels.delete(id);
      post({id, result});
    },
    error(error) {
      cancels.delete(id);
      port.post({id, error: wire(error)});
    },
  });
  // Numbers are handed over, not copied.
  const post = (message: {event: string; value: unknown} | {result: unknown; id: number}) => {
    const numbers = "event" in message && message.value instanceof Float32Array ? [message.value.buffer] : [];
    port.post(message, numbers);
  };

  const load = async (id: number, body: LoadBody, listener: Listener) => {
    const abort = new AbortController();
    cancels.set(id, () => abort.abort(new GerbilError("cancelled", "The caller ended the loading of the model.")));
    const onProgress = (progress: LoadProgress) => listener.event("progress", progress);
    const {openModel, findAdapter} = environment;
    const loaded = await loadModel({
      id,
      number: id, // that no model has, of this worker or of one that it follows
      body,
      onProgress,
      signal: abort.signal,
      openModel,
      findAdapter,
      runners,
    });
    models.set(id, loaded);
    listener.result({model: id, info: loaded.info});
  };

  const submit = ({id, method, model, body}: CallMessage, listener: Listener) => {
    const {runner, number} = required(model);
    cancels.set(id, () => runner.core.cancel(id));
    runner.begin(id, listener, () => runner.core.submit(id, number, method, body as string));
  };

  const required = (number: number | undefined) => {
    const found = number === undefined ? undefined : models.get(number);
    if (!found) throw new GerbilError("not_found", `There is no model ${String(number)}: it was disposed of.`);
    return found;
  };

  const call = async (message: CallMessage, listener: Listener) => {
    if (message.method === "load") return load(message.id, message.body as LoadBody, listener);
    if (message.method !== "unload") return submit(message, listener);
    const found = required(message.model);
    models.delete(found.number);
    found.close();
    listener.result(null);
  };

  return message => {
    if ("cancel" in message) return cancels.get(message.cancel)?.();
    const listener = listen(message.id);
    call(message, listener).catch((error: unknown) => listener.error(asError(error)));
  };
}

function wire({code, message}: GerbilError): WireError {
  return {code, message};
}

function asError(error: unknown): GerbilError {
  return error instanceof GerbilError
    ? error
    : new GerbilError("internal", `Something unexpected went wrong: ${String(error)}`);
}
