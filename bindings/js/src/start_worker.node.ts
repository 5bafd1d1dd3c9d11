// The worker of a Node process.
import {Worker} from "node:worker_threads";
import type {StartWorker} from "./connection.js";

export const startWorker: StartWorker = (onMessage, failed) => {
  // The options of Node that a program was started with may fit no worker.
  const worker = new Worker(new URL("./worker/worker.node.js", import.meta.url), {execArgv: []});
  let over = false;
  worker.on("message", onMessage);
  worker.on("error", (error: unknown) => failed(String(error)));
  worker.on("exit", code => {
    if (!over) failed(`it ended with code ${code}`);
  });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer as []),
    terminate() {
      over = true;
      void worker.terminate();
    },
    keepAlive: alive => (alive ? worker.ref() : worker.unref()),
  };
};
