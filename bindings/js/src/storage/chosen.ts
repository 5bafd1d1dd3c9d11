// Files that the user chose, by a file input, by dropping them or by a picker of folders.
import {GerbilError} from "../error.js";
import {MOST_FILES, type RemoteFile} from "./listing.js";
import {neededFiles} from "./selection.js";
import {isInnerPath} from "./text.js";

/** A folder of a model that the user chose, or its files. Paths in the folder are kept. */
export type ChosenFiles = readonly File[] | FileList | FileSystemDirectoryHandle;

/** A file that was chosen. */
export interface ChosenFile {
  /** Below the model's folder. */
  path: string;
  file: File;
}

/** The files with their paths, as openModel() takes them; on the page or in the worker. Bounded by openModel(). */
export async function chosenFiles(chosen: ChosenFiles): Promise<ChosenFile[]> {
  const files: ChosenFile[] = [];
  for await (const file of isDirectory(chosen) ? filesIn(chosen, "") : filesOf(Array.from(chosen))) {
    files.push(file);
    if (files.length > MOST_FILES) throw tooMany();
  }
  return files;
}

const tooMany = () =>
  new GerbilError("invalid_argument", `More than ${MOST_FILES} files were chosen: choose a model's folder.`);

/**
 * Those of the files that gerbil reads. Throws GerbilError `unsupported` saying what is missing, and `invalid_argument`
 * for more files than a model has.
 */
export async function neededOf(chosen: readonly ChosenFile[]): Promise<ChosenFile[]> {
  if (chosen.length > MOST_FILES) throw tooMany();
  const files = new Map(chosen.filter(({path}) => isInnerPath(path)).map(({path, file}) => [path, file]));
  const listing = new Map<string, RemoteFile>();
  for (const [path, {size}] of files) listing.set(path, {path, url: "", size, hash: null, tag: ""});
  const read = (path: string) => files.get(path)!.text();
  const needed = await neededFiles(listing, read, "The folder that was chosen");
  return needed.map(({path}) => ({path, file: files.get(path)!}));
}

function isDirectory(chosen: ChosenFiles): chosen is FileSystemDirectoryHandle {
  return "kind" in chosen;
}

async function* filesIn(directory: FileSystemDirectoryHandle, folder: string): AsyncGenerator<ChosenFile> {
  for await (const [name, entry] of directory.entries()) {
    const path = folder + name;
    if (!isInnerPath(path)) continue;
    if (entry.kind === "directory") yield* filesIn(entry as FileSystemDirectoryHandle, `${path}/`);
    else yield {path, file: await (entry as FileSystemFileHandle).getFile()};
  }
}

// A file input for folders gives paths that begin with the folder that was chosen.
function* filesOf(files: File[]): Generator<ChosenFile> {
  for (const file of files) {
    const path = file.webkitRelativePath;
    yield {path: path.slice(path.indexOf("/") + 1) || file.name, file};
  }
}
