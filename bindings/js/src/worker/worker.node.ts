// What runs in the worker of a Node process.
import {availableParallelism} from "node:os";
import {fileURLToPath} from "node:url";
import {parentPort} from "node:worker_threads";
import type {ToWorker} from "../protocol.js";
import type {CreateCore, MakeCore} from "./core.js";
import {openDirectory} from "./directory.node.js";
import {makeHost} from "./host.js";
import {hasRelaxedSimd} from "./features.js";

const core = new URL("../core/gerbil.node.mjs", import.meta.url);
const plain = new URL("../core/gerbil.wasm", import.meta.url);
const relaxed = new URL("../core/gerbil.relaxed.wasm", import.meta.url);
const core64 = new URL("../core/gerbil.memory64.node.mjs", import.meta.url);
const wasm64 = new URL("../core/gerbil.memory64.wasm", import.meta.url);

const makeCore: MakeCore = async (options, memory64) => {
  const [script, wasm] = memory64 ? [core64, wasm64] : [core, hasRelaxedSimd() ? relaxed : plain];
  const module = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ script.href)) as {
    default: CreateCore;
  };
  return module.default({...options, locateFile: () => fileURLToPath(wasm)});
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
