// A model's files for the core: from storage, downloaded before where they are not there.
import {type ChosenFile, neededOf} from "./chosen.js";
import {download} from "./download.js";
import type {Folder, ReadFile} from "./folder.js";
import type {Context} from "./http.js";
import {announcer, downloadTurn, hold, useLock} from "./locks.js";
import {readManifest, type Manifest, writeUsed} from "./manifest.js";
import {memoryFolder} from "./memory.js";
import {folderName, type ModelName, parseModelName} from "./name.js";
import {blobReader, modelsDirectory, opfsFolder, requireSecureContext} from "./opfs.js";
import {connectionsOf, contextOf, type OpenOptions} from "./options.js";
import type {OnProgress} from "./progress.js";
import {readAhead} from "./read_ahead.js";

export type {HubOptions, OpenOptions} from "./options.js";

/** A file as the core reads it: synchronously, in the worker. */
export interface CoreFile {
  /** Below the model's folder: "config.json", "1_Pooling/config.json". */
  path: string;
  /** Bytes. */
  size: number;
  /** Gives the bytes that were read, fewer than `into` has at the end of the file alone. */
  read(offset: number, into: Uint8Array): number;
}

export interface OpenedModel {
  /** The id, or the address; empty for files that were chosen. */
  model: string;
  revision: string;
  commit: string;
  /** Of all files. */
  bytes: number;
  files: CoreFile[];
  storage: "opfs" | "memory" | "chosen";
  warnings: string[];
  /** Nothing is read afterwards; the model may be deleted then. */
  close(): void;
}

/**
 * Opens a model: "organisation/name" of the hub, an address, or files that were chosen (chosenFiles()). What is stored is not asked for
 * again; a branch that has moved is downloaded when the model was deleted. Of several tabs one downloads, and the others
 * wait and are told how far it is. For a dedicated worker.
 *
 * Throws GerbilError `invalid_argument` for names and options that cannot be, `not_found`, `denied`, `unsupported`,
 * `unavailable` without network or room, `overloaded`, `corrupt`, and `cancelled`. What was downloaded is kept.
 */
export async function openModel(model: string | readonly ChosenFile[], options: OpenOptions = {}): Promise<OpenedModel> {
  if (typeof model !== "string") return openChosen(model);
  const name = parseModelName(model, options.revision, options.base);
  const context = contextOf(name, options);
  const connections = connectionsOf(options);
  requireSecureContext();
  const progress = options.onProgress ?? (() => {});
  const models = await modelsDirectory();
  if (!models) return openInMemory(context, connections, progress, options.memoryQuota ?? 512 * 2 ** 20);
  const place = folderName(name);
  const release = await hold(useLock(place), "shared", context.signal);
  try {
    const folder = opfsFolder(await models.getDirectoryHandle(place, {create: true}));
    const manifest =
      (await readManifest(folder)) ?? (await downloadOnce(context, place, folder, connections, progress));
    const opened = await openStored(name, folder, manifest, release);
    await writeUsed(folder);
    return opened;
  } catch (error) {
    release();
    throw error;
  }
}

// Another tab may have downloaded it while this one waited for its turn.
async function downloadOnce(
  context: Context,
  place: string,
  folder: Folder,
  connections: number,
  onProgress: OnProgress,
): Promise<Manifest> {
  const release = await downloadTurn(place, context.signal, onProgress);
  const others = announcer(place);
  try {
    const tell: OnProgress = progress => {
      others.tell(progress);
      onProgress(progress);
    };
    return (await readManifest(folder)) ?? (await download(context, folder, connections, tell));
  } finally {
    others.close();
    release();
  }
}

async function openInMemory(
  context: Context,
  connections: number,
  onProgress: OnProgress,
  quota: number,
): Promise<OpenedModel> {
  const folder = memoryFolder(quota);
  const manifest = await download(context, folder, connections, onProgress);
  const opened = await openStored(context.name, folder, manifest, () => {});
  opened.warnings.push(
    `The browser lets ${location.origin} store nothing, as in private windows: the model is in memory until it is ` +
      "closed, and is downloaded again the next time.",
  );
  return opened;
}

async function openStored(
  {id, revision}: ModelName,
  folder: Folder,
  {commit, files}: Manifest,
  release: () => void,
): Promise<OpenedModel> {
  const readers: ReadFile[] = [];
  const close = () => {
    for (const reader of readers.splice(0)) reader.close();
    release();
  };
  try {
    for (const {name} of files) readers.push(await folder.open(name));
  } catch (error) {
    close();
    throw error;
  }
  const coreFiles = files.map(({path, size}, i) => coreFile(path, size, readers[i]!));
  return {model: id, revision, commit, ...opened(coreFiles), storage: folder.kind, close};
}

async function openChosen(chosen: readonly ChosenFile[]): Promise<OpenedModel> {
  const files = (await neededOf(chosen)).map(({path, file}) => coreFile(path, file.size, blobReader(file)));
  return {model: "", revision: "", commit: "", ...opened(files), storage: "chosen", close() {}};
}

function opened(files: CoreFile[]): Pick<OpenedModel, "bytes" | "files" | "warnings"> {
  return {bytes: files.reduce((sum, file) => sum + file.size, 0), files, warnings: []};
}

function coreFile(path: string, size: number, file: ReadFile): CoreFile {
  const reader = readAhead(file, size);
  return {path, size, read: (offset, into) => reader.read(into, offset)};
}
