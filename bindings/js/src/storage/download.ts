// Downloading what a model lacks.
import {GerbilError} from "../error.js";
import {listAddress} from "./address.js";
import {Changed, type Connections, fetchFile} from "./fetch_file.js";
import {type Folder, NoRoom} from "./folder.js";
import {type Context, text} from "./http.js";
import {listHubFiles} from "./hub.js";
import {LARGEST_SMALL_FILE, type Listing, type RemoteFile} from "./listing.js";
import {type Manifest, prune, storedFile, writeManifest, writeName} from "./manifest.js";
import {shownName} from "./name.js";
import {bytesBegun, openPartial} from "./partial.js";
import {checkCancelled} from "./patience.js";
import {meter, type Meter, type OnProgress} from "./progress.js";
import {neededFiles} from "./selection.js";
import {shownBytes} from "./text.js";

const MOST_LISTINGS = 3;
const SPARE = 16 * 2 ** 20; // bytes that stay free
const MAKE_ROOM = "Delete other models, or make room on the disk.";

/** The files that gerbil reads of the model, as its server lists them now. */
export async function listNeeded(context: Context): Promise<Listing> {
  const where = `The model '${shownName(context.name)}'`;
  const {commit, files} = context.name.kind === "hub" ? await listHubFiles(context) : await listAddress(context);
  const read = async (path: string) => (await text(context, files.get(path)!.url, LARGEST_SMALL_FILE)).text;
  const needed = await neededFiles(files, read, where);
  for (const {path, size, hash} of needed)
    if (hash?.kind === "git-sha1" && size > LARGEST_SMALL_FILE)
      throw new GerbilError("unsupported", `'${path}' has ${size} bytes and is not in Git LFS: its hash takes too long.`);
  return {commit, files: new Map(needed.map(file => [file.path, file]))};
}

/**
 * Afterwards all of the model is in the folder, and the manifest says so. The caller holds the lock of the download.
 * Throws GerbilError: `unavailable` where there is no room, with what is here kept, and what fetchFile() and
 * listNeeded() throw.
 */
export async function download(
  context: Context,
  folder: Folder,
  connections: number,
  onProgress: OnProgress,
): Promise<Manifest> {
  for (let listings = 1; ; ++listings) {
    const {commit, files} = await listNeeded(context);
    try {
      await writeName(folder, context.name);
      await fetchAll(context, folder, [...files.values()], connections, onProgress);
      const manifest = {commit, date: new Date().toISOString(), files: [...files.values()].map(storedFile)};
      await writeManifest(folder, manifest);
      await prune(folder, manifest);
      return manifest;
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      if (listings === MOST_LISTINGS)
        throw new GerbilError("unavailable", `${error.sentence} It changes again and again: try again later.`);
    }
  }
}

async function fetchAll(
  context: Context,
  folder: Folder,
  files: RemoteFile[],
  connections: number,
  onProgress: OnProgress,
): Promise<void> {
  // Files with the same contents are downloaded once.
  const wanted = new Map(files.map(file => [storedFile(file).name, file]));
  const total = [...wanted.values()].reduce((sum, file) => sum + file.size, 0);
  if (!Number.isSafeInteger(total))
    throw new GerbilError("corrupt", `The files of '${shownName(context.name)}' are more bytes than can be counted.`);
  const here = await bytesHere(folder, wanted);
  await checkRoom(context, folder, total - here);

  const progress = meter(total, here, onProgress);
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    stop.abort();
  };
  const requests = limit(connections, fail);
  const open = limit(connections, fail);
  const largestFirst = [...wanted].sort(([, a], [, b]) => b.size - a.size);
  const all = largestFirst.map(([name, file]) =>
    open(() => fetchInto({...context, signal}, folder, name, file, requests, progress)),
  );
  await Promise.allSettled(all);
  progress.stop();
  if (failure instanceof NoRoom)
    throw new GerbilError(
      "unavailable",
      `The storage is full: of the ${total} bytes of the model '${shownName(context.name)}' ` +
        `${await bytesHere(folder, wanted)} are here, and are kept. ${MAKE_ROOM}`,
    );
  if (failure !== undefined) throw failure;
}

async function bytesHere(folder: Folder, wanted: Map<string, RemoteFile>): Promise<number> {
  let here = 0;
  for (const [name, {size}] of wanted) here += await bytesBegun(folder, name, size);
  return here;
}

// By what the browser estimates, which may be more than it has.
async function checkRoom(context: Context, folder: Folder, missing: number): Promise<void> {
  const room = await folder.room();
  const free = room ? Math.max(0, room.quota - room.usage) : Infinity;
  if (missing === 0 || missing + SPARE <= free) return;
  const where = folder.kind === "opfs" ? "browser lets this page store" : "memory that stands in for storage takes";
  throw new GerbilError(
    "unavailable",
    `The model '${shownName(context.name)}' needs ${missing} more bytes (${shownBytes(missing)}), but the ${where} ` +
      `${free} more (${shownBytes(free)}). ${MAKE_ROOM}`,
  );
}

async function fetchInto(
  context: Context,
  folder: Folder,
  name: string,
  file: RemoteFile,
  connections: Connections,
  progress: Meter,
): Promise<void> {
  checkCancelled(context.signal);
  const partial = await openPartial(folder, name, file);
  try {
    await fetchFile(context, partial, connections, bytes => progress.moved(file.path, bytes));
  } finally {
    try {
      partial.save();
    } finally {
      partial.close();
    }
  }
}

// At most so many at once, in the order in which they come. The first that fails is told.
function limit(most: number, fail: (error: unknown) => void): Connections {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async action => {
    if (running === most) await new Promise<void>(resolve => waiting.push(resolve));
    else ++running;
    try {
      return await action();
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else --running;
    }
  };
}
