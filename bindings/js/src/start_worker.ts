// The worker of a page.
import type {StartWorker} from "./connection.js";
import type {FromWorker} from "./protocol.js";

export const startWorker: StartWorker = (onMessage, failed) => {
  const worker = new Worker(new URL("./worker/worker.js", import.meta.url), {type: "module"});
  worker.onmessage = ({data}: MessageEvent<FromWorker>) => onMessage(data);
  worker.onerror = event => failed(event.message || "its script could not be loaded");
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    terminate: () => worker.terminate(),
    keepAlive() {},
  };
};
