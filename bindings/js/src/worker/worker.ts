// What runs in the page's worker.
import type {ToWorker} from "../protocol.js";
import {openModel} from "../storage/open.js";
import type {CreateCore, MakeCore} from "./core.js";
import {findAdapter} from "./gpu.js";
import {makeHost} from "./host.js";
import type {OpenModel} from "./load.js";
import {hasRelaxedSimd} from "./features.js";

// Assets that bundlers copy as they are; a script and a module are fetched.
const coreAddress = new URL("../core/gerbil.js", import.meta.url).href;
const plainAddress = new URL("../core/gerbil.wasm", import.meta.url).href;
const relaxedAddress = new URL("../core/gerbil.relaxed.wasm", import.meta.url).href;
const core64Address = new URL("../core/gerbil.memory64.js", import.meta.url).href;
const wasm64Address = new URL("../core/gerbil.memory64.wasm", import.meta.url).href;

const makeCore: MakeCore = async (options, memory64) => {
  const [script, wasm] = memory64
    ? [core64Address, wasm64Address]
    : [coreAddress, hasRelaxedSimd() ? relaxedAddress : plainAddress];
  const module = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ /* turbopackIgnore: true */ script
  )) as {default: CreateCore};
  return module.default({...options, locateFile: () => wasm, mainScriptUrlOrBlob: script});
};

// A task of its own, behind the messages that wait; a timer would take 4 ms.
const {port1, port2} = new MessageChannel();
let resume = () => {};
port1.onmessage = () => resume();
let turn = Promise.resolve();
const yielded = () => {
  turn = turn.then(
    () =>
      new Promise(resolve => {
        resume = resolve;
        port2.postMessage(null);
      }),
  );
  return turn;
};

const scope = self as unknown as Worker; // what a worker's scope has of it: messages
const threads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1;
const open: OpenModel = ({model, hub}, {onProgress, signal}) =>
  openModel(model, {...hub, signal, onProgress: progress => onProgress({stage: "download", ...progress})});
const host = makeHost(
  {makeCore, threads, yielded, findAdapter, openModel: open},
  {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
  },
);
scope.onmessage = ({data}: MessageEvent<ToWorker>) => host(data);
