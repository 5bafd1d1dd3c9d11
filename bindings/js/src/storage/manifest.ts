// What is written down of a model: manifest.json, when all of it is there, and before that what is downloaded.
import type {Folder} from "./folder.js";
import {isSize, MOST_FILES, type RemoteFile} from "./listing.js";
import type {ModelName} from "./name.js";
import {sha256} from "./sha256.js";
import {isInnerPath, isObject, parsed} from "./text.js";

/** A file of a model that is there. */
export interface StoredFile {
  path: string;
  /** Bytes. */
  size: number;
  /** Its name in the folder. */
  name: string;
  /** "sha256:…", "git-sha1:…", or "tag:…" of a file without a hash. */
  version: string;
}

export interface Manifest {
  commit: string;
  /** When it was all there, as an ISO date. */
  date: string;
  files: StoredFile[];
}

export const MODEL = "model.json";
export const MANIFEST = "manifest.json";
export const USED = "used.json";

/** As it is kept: a file of the same contents has the same name, one that has changed another. */
export function storedFile({path, size, hash, tag}: RemoteFile): StoredFile {
  const version = hash ? `${hash.kind}:${hash.hex}` : `tag:${tag}`;
  const text = sha256();
  text.add(new TextEncoder().encode(JSON.stringify(hash ? [version, size] : [version, size, path])));
  return {path, size, name: text.finish().slice(0, 40), version};
}

function isStoredFile(value: unknown): value is StoredFile {
  if (!isObject(value)) return false;
  const {path, size, name, version} = value;
  return (
    typeof path === "string" && isInnerPath(path) && isSize(size) && typeof version === "string" &&
    typeof name === "string" && /^[0-9a-f]{40}$/.test(name)
  );
}

/** Null where the model is not all there: where there is none, or one that names files which are not there. */
export async function readManifest(folder: Folder): Promise<Manifest | null> {
  const value = parsed((await folder.readText(MANIFEST)) ?? "");
  if (!isObject(value) || typeof value.commit !== "string" || typeof value.date !== "string") return null;
  const files: unknown = value.files;
  if (!Array.isArray(files) || files.length > MOST_FILES || !files.every(isStoredFile)) return null;
  for (const {name, size} of files) if ((await folder.size(name)) !== size) return null;
  return {commit: value.commit, date: value.date, files};
}

export async function writeManifest(folder: Folder, manifest: Manifest): Promise<void> {
  await folder.writeText(MANIFEST, JSON.stringify(manifest));
}

/** What the folder is of. */
export async function writeName(folder: Folder, {kind, id, revision}: ModelName): Promise<void> {
  await folder.writeText(MODEL, JSON.stringify({kind, id, revision}));
}

/** Null where it does not say. */
export async function readName(folder: Folder): Promise<ModelName | null> {
  const value = parsed((await folder.readText(MODEL)) ?? "");
  if (!isObject(value) || typeof value.id !== "string" || typeof value.revision !== "string") return null;
  return value.kind === "url"
    ? {kind: "url", id: value.id, revision: ""}
    : {kind: "hub", id: value.id, revision: value.revision};
}

/** Remembers that the model is used now. Where another tab does that at this moment, it says the same. */
export async function writeUsed(folder: Folder): Promise<void> {
  await folder.writeText(USED, JSON.stringify({used: new Date().toISOString()})).catch(() => {});
}

/** Null where it does not say. */
export async function readUsed(folder: Folder): Promise<Date | null> {
  const value = parsed((await folder.readText(USED)) ?? "");
  const date = new Date(isObject(value) && typeof value.used === "string" ? value.used : NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Removes what is left of downloads, and not of the model that is there now. */
export async function prune(folder: Folder, manifest: Manifest): Promise<void> {
  const kept = new Set([MODEL, MANIFEST, USED, ...manifest.files.map(file => file.name)]);
  for (const name of await folder.names()) if (!kept.has(name)) await folder.remove(name);
}
