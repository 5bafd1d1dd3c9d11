// Loading a model: its files are opened, shown to a core, and read by that.
import {GerbilError} from "../error.js";
import type {LoadProgress} from "../load_options.js";
import type {LoadBody, Source} from "../protocol.js";
import type {CoreFile} from "./core.js";
import type {Runner} from "./runner.js";
import type {Machine, Runners} from "./runners.js";

/** The files of a model, open. */
export interface OpenedModel {
  files: CoreFile[];
  close(): void | Promise<void>;
}
export interface OpenOptions {
  onProgress(progress: LoadProgress): void;
  signal: AbortSignal;
}
/** Opens the files of a model, which may mean to download them first. */
export type OpenModel = (source: Source, options: OpenOptions) => Promise<OpenedModel>;

export interface LoadedModel {
  /** By which its core knows it. */
  number: number;
  runner: Runner;
  /** ModelInfo. */
  info: object;
  /** Calls that are under way end with code "cancelled". */
  close(): Promise<void>;
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
  const opened = await loading.openModel(loading.body.source, loading);
  try {
    return await loadSomewhere(opened, loading);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function loadSomewhere(opened: OpenedModel, loading: Loading): Promise<LoadedModel> {
  const {body, runners} = loading;
  const onCpu = async (fallback: string | null) =>
    loadOn({runner: await runners.cpu(), backend: "wasm", fallback}, opened, loading);
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

async function loadOn({runner, backend, fallback}: Place, opened: OpenedModel, loading: Loading): Promise<LoadedModel> {
  const {id, number, body, signal} = loading;
  const {core} = runner;
  const folder = `/models/${number}`;
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
    const info = await loaded(loading, runner, () => core.load(id, number, JSON.stringify(request)));
    signal.throwIfAborted();
    const close = async () => {
      leave();
      await opened.close();
    };
    return {number, runner, info: {...info, backend, fallback}, close};
  } catch (error) {
    leave();
    throw error;
  }
}

// What the core says of the model that `begin` loads.
function loaded({id, onProgress, signal}: Loading, runner: Runner, begin: () => void): Promise<object> {
  const stop = () => runner.core.cancel(id);
  signal.addEventListener("abort", stop);
  return new Promise<object>((resolve, reject) => {
    const event = (_kind: string, value: unknown) => onProgress({stage: "load", ...(value as {done: number; total: number})});
    runner.begin(id, {event, result: (info) => resolve(info as object), error: reject}, begin);
  }).finally(() => signal.removeEventListener("abort", stop));
}
