// Loading a model: its files are opened, shown to a core, and read by that.
import {GerbilError} from "../error.js";
import type {LoadProgress} from "../load_options.js";
import type {LoadBody} from "../protocol.js";
import type {CoreFile} from "../storage/open.js";
import type {Runner} from "./runner.js";
import type {Machine, Runners} from "./runners.js";
import {wantsMemory64} from "./size.js";

/** The files of a model, open. */
export interface OpenedFiles {
  files: CoreFile[];
  warnings: string[];
  /** Where they lie, in a browser. */
  storage?: "opfs" | "memory" | "chosen";
  close(): void;
}
export interface OpenOptions {
  onProgress(progress: LoadProgress): void;
  signal: AbortSignal;
}
/** Opens the files of a model, which may mean to download them first. */
export type OpenModel = (body: LoadBody, options: OpenOptions) => Promise<OpenedFiles>;

export interface LoadedModel {
  /** By which its core knows it. */
  number: number;
  runner: Runner;
  /** ModelInfo. */
  info: object;
  /** Calls that are under way end with code "cancelled". */
  close(): void;
}

export interface Loading extends OpenOptions {
  /** Of the call. */
  id: number;
  /** That the model shall have. */
  number: number;
  body: LoadBody;
  openModel: OpenModel;
  findAdapter: Machine["findAdapter"];
  runners: Runners;
}

interface Place {
  runner: Runner;
  backend: "webgpu" | "wasm";
  /** Why it is not the GPU. */
  fallback: string | null;
}

// What a GPU may fail of where a CPU does not; with "auto" the CPU then does it, and the page is told why.
const failuresOfGpu: unknown[] = ["unsupported", "device_lost", "out_of_memory"];

export async function loadModel(loading: Loading): Promise<LoadedModel> {
  const opened = await loading.openModel(loading.body, loading);
  try {
    return await loadSomewhere(opened, loading);
  } catch (error) {
    opened.close();
    throw opened.storage === "opfs" && error instanceof GerbilError && error.code === "corrupt" ? stored(error) : error;
  }
}

// What is stored is not asked for again.
const stored = ({code, message}: GerbilError) =>
  new GerbilError(code, `${message} So it is stored; where the files were mended since, deleteModel() and load it again.`);

// The engine calls a model by the folder that it is in.
function folderNameOf(model: LoadBody["model"]): string {
  const last = typeof model === "string" ? (/([^/]*)\/*$/.exec(model.split(/[?#]/)[0]!)?.[1] ?? "") : "";
  const name = last.replace(/[^\w.-]/g, "_");
  return /^\.*$/.test(name) ? "model" : name;
}

async function loadSomewhere(opened: OpenedFiles, loading: Loading): Promise<LoadedModel> {
  const {body, runners} = loading;
  const onCpu = async (fallback: string | null) =>
    loadOn({runner: await runners.cpu(wantsMemory64(opened.files, body.options)), backend: "wasm", fallback}, opened, loading);
  if (body.device === "wasm") return onCpu(null);

  const adapter = await loading.findAdapter(body.device === "webgpu");
  if (typeof adapter === "string") {
    if (body.device === "webgpu") throw new GerbilError("unsupported", adapter);
    return onCpu(adapter);
  }
  try {
    return await loadOn({runner: await runners.gpu(adapter), backend: "webgpu", fallback: null}, opened, loading);
  } catch (error) {
    const mayFall = body.device === "auto" && error instanceof GerbilError && failuresOfGpu.includes(error.code);
    if (!mayFall) throw error;
    return onCpu(error.message);
  }
}

async function loadOn({runner, backend, fallback}: Place, opened: OpenedFiles, loading: Loading): Promise<LoadedModel> {
  const {id, number, body, signal} = loading;
  const {core} = runner;
  const folder = `/models/${number}/${folderNameOf(body.model)}`;
  const leave = () => {
    if (runner.failed()) return;
    core.unload(number);
    core.unmount(folder);
  };
  signal.throwIfAborted();
  core.mount(folder, opened.files);
  try {
    const threads = Math.min(body.threads ?? runner.threads, runner.threads);
    const request = {...body.options, model: folder, device: backend === "wasm" ? "cpu" : "webgpu", threads};
    const json = JSON.stringify(request);
    const info = await loaded(loading, runner, () => core.load(id, number, json));
    signal.throwIfAborted();
    const close = () => {
      leave();
      opened.close();
    };
    const warnings = [...opened.warnings, ...info.warnings];
    return {number, runner, info: {...info, warnings, backend, fallback}, close};
  } catch (error) {
    leave();
    throw error;
  }
}

// What the core says of the model that `begin` loads.
function loaded({id, onProgress, signal}: Loading, runner: Runner, begin: () => void): Promise<{warnings: string[]}> {
  const stop = () => runner.core.cancel(id);
  signal.addEventListener("abort", stop);
  return new Promise<{warnings: string[]}>((resolve, reject) => {
    const event = (_kind: string, value: unknown) =>
      onProgress({stage: "load", ...(value as {done: number; total: number})});
    runner.begin(id, {event, result: info => resolve(info as {warnings: string[]}), error: reject}, begin);
  }).finally(() => signal.removeEventListener("abort", stop));
}
