// What runs in the worker of a Node process.
import {availableParallelism} from "node:os";
import {fileURLToPath} from "node:url";
import {parentPort} from "node:worker_threads";
import type {ToWorker} from "../protocol.js";
import type {CreateCore, MakeCore} from "./core.js";
import {openDirectory} from "./directory.node.js";
import {makeHost} from "./host.js";
import {hasRelaxedSimd} from "./relaxed_simd.js";

const coreAddress = new URL("../core/gerbil.node.mjs", import.meta.url).href;
const wasmPath = fileURLToPath(
  hasRelaxedSimd()
    ? new URL("../core/gerbil.relaxed.wasm", import.meta.url)
    : new URL("../core/gerbil.wasm", import.meta.url),
);

const makeCore: MakeCore = async options => {
  const module = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ coreAddress)) as {
    default: CreateCore;
  };
  return module.default({...options, locateFile: () => wasmPath});
};

const host = makeHost(
  {
    makeCore,
    threads: Math.min(availableParallelism(), 8),
    yielded: () => new Promise(resolve => setImmediate(resolve)),
    findAdapter: () => Promise.resolve("Node has no WebGPU."),
    openModel: async ({model}) => openDirectory(model as string),
  },
  {post: (message, transfer = []) => parentPort?.postMessage(message, transfer as [])},
);
parentPort?.on("message", (message: ToWorker) => host(message));
