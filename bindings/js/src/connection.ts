// The page's side of protocol.ts: calls to a worker that all models share. It is started for the first of them and
// ended with the last, as that is the only way to give the memory of WebAssembly back.
import {GerbilError} from "./error.js";
import {isSignal, noSignal} from "./signal.js";
import type {FromWorker, Port} from "./protocol.js";

/** A worker, as a page or Node starts it. */
export interface WorkerPort extends Port {
  terminate(): void;
  /** Whether the process shall go on while there is nothing else to do but this; only Node asks. */
  keepAlive(alive: boolean): void;
}
/** Starts a worker. `failed` is called with a sentence when it can do no more. */
export type StartWorker = (onMessage: (message: FromWorker) => void, failed: (reason: string) => void) => WorkerPort;

export interface CallSettings {
  /** A number that "load" gave. */
  model?: number;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: string, value: unknown) => void) | undefined;
}
export interface Call {
  result: Promise<unknown>;
  /** Asks for the end of the call, which then ends as such a call does. */
  cancel(): void;
}
export interface Connection {
  call(method: string, body: unknown, settings?: CallSettings): Call;
  /** Keeps the worker until the release; each of what loads models and of these does. */
  hold(): void;
  release(): void;
}

interface OpenCall {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onEvent: CallSettings["onEvent"];
  cancel(): void;
}

export function makeConnection(start: StartWorker): Connection {
  let worker: WorkerPort | undefined;
  let holders = 0;
  let latest = 0;
  // Models have the numbers of the calls that loaded them: those up to here went with a worker that failed, for this.
  let lost = {last: 0, error: new GerbilError("internal", "")};
  const open = new Map<number, OpenCall>();

  const onMessage = (message: FromWorker) => {
    const call = open.get(message.id);
    if (!call) return; // it was given up
    if ("event" in message) return tell(call, message.event, message.value);
    close(message.id);
    if ("error" in message) call.reject(new GerbilError(message.error.code, message.error.message));
    else call.resolve(message.result);
  };
  // What the caller's function throws is the end of the call.
  const tell = (call: OpenCall, event: string, value: unknown) => {
    try {
      call.onEvent?.(event, value);
    } catch (error) {
      call.onEvent = undefined;
      call.cancel();
      call.reject(error);
    }
  };
  const close = (id: number) => {
    open.delete(id);
    if (open.size === 0) worker?.keepAlive(false);
  };
  const end = (error: GerbilError) => {
    worker?.terminate();
    worker = undefined;
    const calls = [...open.values()];
    open.clear();
    for (const call of calls) call.reject(error);
  };
  const started = () => {
    worker ??= start(onMessage, reason => {
      lost = {last: latest, error: new GerbilError("internal", `The worker has stopped: ${reason}. Load the model again.`)};
      end(lost.error);
    });
    return worker;
  };

  return {
    call(method, body, {model, signal, onEvent} = {}) {
      if (!isSignal(signal)) return {result: Promise.reject(noSignal()), cancel() {}};
      if (signal?.aborted) return {result: Promise.reject(signal.reason), cancel() {}};
      if (model !== undefined && model <= lost.last) return {result: Promise.reject(lost.error), cancel() {}};
      const id = ++latest;
      const port = started();
      const cancel = () => {
        if (open.has(id)) port.post({cancel: id});
      };
      const result = new Promise<unknown>((resolve, reject) => {
        port.post({id, method, body, ...(model !== undefined && {model})});
        open.set(id, {resolve, reject, onEvent, cancel});
        port.keepAlive(true);
      });
      if (!signal) return {result, cancel};
      const giveUp = () => {
        cancel();
        const call = open.get(id);
        if (call) call.onEvent = undefined; // what still comes is for nobody
      };
      return {result: abortable(result, signal, giveUp), cancel};
    },
    hold: () => void ++holders,
    release() {
      if (--holders === 0) end(new GerbilError("cancelled", "The model was disposed of."));
    },
  };
}

// Rejects as soon as the signal is aborted, and with its reason.
function abortable<T>(result: Promise<T>, signal: AbortSignal, giveUp: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      giveUp();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", abort, {once: true});
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
