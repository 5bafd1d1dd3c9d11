// The models that are stored: on the page or in the worker.
import {GerbilError} from "../error.js";
import type {Folder} from "./folder.js";
import {holdNow, useLock} from "./locks.js";
import {MANIFEST, readManifest, readName, readUsed} from "./manifest.js";
import {folderName, parseModelName, shownName} from "./name.js";
import {modelsDirectory, opfsFolder} from "./opfs.js";

/** A model that is stored, or a part of it that a later download goes on with. */
export interface StoredModel {
  /** The id of the hub, or the address. */
  id: string;
  /** Empty of a model at an address. */
  revision: string;
  /** The commit of a complete model of the hub; else empty. */
  commit: string;
  /** That its files take. */
  bytes: number;
  complete: boolean;
  /** When it was last opened; null of a model that never was. */
  lastUsed: Date | null;
}

/** The models that are stored, in the order of their ids. Empty where the browser has no storage. */
export async function listModels(): Promise<StoredModel[]> {
  const models: StoredModel[] = [];
  for await (const entry of (await modelsDirectory())?.values() ?? []) {
    const folder = entry.kind === "directory" ? opfsFolder(entry as FileSystemDirectoryHandle) : null;
    const name = folder && (await readName(folder));
    if (!name) continue;
    const manifest = await readManifest(folder);
    models.push({
      id: name.id,
      revision: name.revision,
      commit: manifest?.commit ?? "",
      bytes: await bytesOf(folder),
      complete: manifest !== null,
      lastUsed: await readUsed(folder),
    });
  }
  return models.sort((a, b) => (`${a.id}@${a.revision}` < `${b.id}@${b.revision}` ? -1 : 1));
}

async function bytesOf(folder: Folder): Promise<number> {
  let bytes = 0;
  for (const name of await folder.names()) bytes += (await folder.size(name)) ?? 0;
  return bytes;
}

/**
 * Removes a stored model, or what there is of it; says whether there was any. `revision` and `base` are meant as in
 * openModel(). Throws GerbilError `unavailable` while this or another tab uses or downloads it: dispose of it there.
 */
export async function deleteModel(model: string, options: {revision?: string; base?: string} = {}): Promise<boolean> {
  const name = parseModelName(model, options.revision, options.base);
  const place = folderName(name);
  const release = await holdNow(useLock(place), "exclusive");
  if (!release)
    throw new GerbilError(
      "unavailable",
      `The model '${shownName(name)}' is in use, in this tab or in another one of ${location.origin}: dispose of it ` +
        "there, or close that tab, and delete it then.",
    );
  try {
    const models = await modelsDirectory();
    const directory = await models?.getDirectoryHandle(place).catch(() => null);
    if (!models || !directory) return false;
    // The manifest first: what is deleted by half is no model.
    await directory.removeEntry(MANIFEST).catch(() => {});
    await models.removeEntry(place, {recursive: true});
    return true;
  } finally {
    release();
  }
}

/** What the storage holds, in bytes. */
export interface StorageUsage {
  /** Of the models, and of parts of models. */
  models: number;
  /** Of all that the page's origin stores, as the browser estimates it; null where it does not say. */
  usage: number | null;
  /** That the origin may store in all; null where the browser does not say. */
  quota: number | null;
  /** Whether the browser keeps it when the disk gets full. */
  persisted: boolean;
}

export async function storageUsage(): Promise<StorageUsage> {
  const {usage = null, quota = null} = (await navigator.storage?.estimate()) ?? {};
  const models = (await listModels()).reduce((sum, model) => sum + model.bytes, 0);
  return {models, usage, quota, persisted: (await navigator.storage?.persisted()) ?? false};
}

/** What the browser says to persist(): "asked" while the user has not answered yet. */
export type Persistence = "granted" | "refused" | "asked";

const ANSWER_WAIT = 1000; // milliseconds

/**
 * Asks the browser to keep what is stored when the disk gets full. Chromium and Safari decide at once, Firefox asks the
 * user, who may never answer: that is not waited for. For a page; workers cannot ask.
 */
export async function persist(): Promise<Persistence> {
  if (!navigator.storage?.persist) return "refused";
  const answer = navigator.storage.persist().then((granted): Persistence => (granted ? "granted" : "refused"));
  const asked = new Promise<Persistence>(resolve => setTimeout(resolve, ANSWER_WAIT, "asked"));
  return Promise.race([answer, asked]);
}
