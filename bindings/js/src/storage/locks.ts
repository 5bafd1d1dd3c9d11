// What tabs of one origin agree upon: who downloads a model, and that nobody deletes one which is used.
import {cancelledError} from "./patience.js";
import type {DownloadProgress, OnProgress} from "./progress.js";
import {isObject} from "./text.js";

export type Release = () => void;

/** Held shared by all who read a model or wait for it, and alone by who deletes it. */
export const useLock = (folder: string) => `gerbil:use:${folder}`;
/** Held by the one who downloads it. */
export const downloadLock = (folder: string) => `gerbil:download:${folder}`;

// Resolves when the lock is held, or to null when it is not to be had at once and `ifAvailable`.
function acquire(name: string, options: LockOptions): Promise<Release | null> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) =>
      lock ? new Promise<void>(release => resolve(release)) : Promise.resolve(resolve(null));
    navigator.locks.request(name, options, held).catch((error: unknown) => {
      reject(options.signal?.aborted ? cancelledError() : (error as Error));
    });
  });
}

/** Waits for it. Throws GerbilError `cancelled`. */
export async function hold(name: string, mode: LockMode, signal: AbortSignal | undefined): Promise<Release> {
  return (await acquire(name, signal ? {mode, signal} : {mode}))!;
}

/** Null where another has it. */
export function holdNow(name: string, mode: LockMode): Promise<Release | null> {
  return acquire(name, {mode, ifAvailable: true});
}

/** Tells the tabs that wait for a download how far it is. */
export function announcer(folder: string): {tell: OnProgress; close(): void} {
  const channel = new BroadcastChannel(downloadLock(folder));
  return {tell: progress => channel.postMessage(progress), close: () => channel.close()};
}

/** Waits until it is this tab's turn to download, and tells how far another one is meanwhile. */
export async function downloadTurn(
  folder: string,
  signal: AbortSignal | undefined,
  onProgress: OnProgress,
): Promise<Release> {
  const channel = new BroadcastChannel(downloadLock(folder));
  channel.onmessage = ({data}) => {
    if (isProgress(data)) onProgress({...data, elsewhere: true});
  };
  try {
    return await hold(downloadLock(folder), "exclusive", signal);
  } finally {
    channel.close();
  }
}

function isProgress(value: unknown): value is DownloadProgress {
  if (!isObject(value) || typeof value.file !== "string") return false;
  return [value.done, value.total, value.bytesPerSecond].every(number => Number.isFinite(number));
}
