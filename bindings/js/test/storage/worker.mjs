// What the tests drive: storage in a worker, by messages {id, method, args}.
import * as storage from "/dist/storage/index.js";

const opened = new Map();
const stops = new Map();
const patience = {attempts: 3, firstWait: 20, longestWait: 1000, stall: 30_000};

function contents(file, shared) {
  const bytes = shared ? new Uint8Array(new SharedArrayBuffer(file.size)) : new Uint8Array(file.size);
  const middle = file.size >> 1; // in two parts, the second one first
  const read = file.read(middle, bytes.subarray(middle)) + file.read(0, bytes.subarray(0, middle));
  if (read !== file.size) throw new Error(`${file.path}: ${read} of ${file.size} bytes were read.`);
  return bytes.slice();
}

async function open(key, model, options = {}) {
  const stop = new AbortController();
  stops.set(key, stop);
  const told = [];
  const onProgress = progress => { told.push(progress); postMessage({progress: key, value: progress}); };
  const result = await storage.openModel(model, {patience, ...options, signal: stop.signal, onProgress});
  opened.set(key, result);
  const {files, close, ...rest} = result;
  return {...rest, files: files.map(({path, size}) => ({path, size})), told};
}

async function hash(key, path, shared = false) {
  const file = opened.get(key).files.find(file => file.path === path);
  const digest = await crypto.subtle.digest("SHA-256", contents(file, shared).slice());
  return new Uint8Array(digest).toHex?.() ?? Array.from(new Uint8Array(digest), b => b.toString(16).padStart(2, "0")).join("");
}

const methods = {
  open, hash,
  openChosen: async (key, files) => open(key, await storage.chosenFiles(files)),
  close: key => opened.get(key).close(),
  abort: key => stops.get(key).abort(),
  listModels: storage.listModels, deleteModel: storage.deleteModel, storageUsage: storage.storageUsage,
  // Chromium does not tell pages a quota that was overridden.
  estimate: (usage, quota) => { navigator.storage.estimate = async () => ({usage, quota}); },
  // As browsers are that do not know modes: one at a time has a file.
  withoutModes: () => {
    const open = FileSystemFileHandle.prototype.createSyncAccessHandle;
    FileSystemFileHandle.prototype.createSyncAccessHandle = function() { return open.call(this); };
  },
  withoutStorage: () => { navigator.storage.getDirectory = () => Promise.reject(new DOMException("", "SecurityError")); },
  canRun: (model, options) => storage.canRun(model, {patience, ...options}),
};

onmessage = async ({data: {id, method, args}}) => {
  try {
    postMessage({id, result: await methods[method](...args)});
  } catch (error) {
    postMessage({id, error: {name: error.name, code: error.code, message: error.message}});
  }
};
