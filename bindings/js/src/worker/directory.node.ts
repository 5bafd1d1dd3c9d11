// A model in a directory.
import {closeSync, fstatSync, openSync, readdirSync, readSync} from "node:fs";
import {join, sep} from "node:path";
import {GerbilError} from "../error.js";
import type {OpenedFiles} from "./load.js";

const mostFiles = 4096;

/** Opens all files of the directory. Throws GerbilError "not_found". */
export function openDirectory(directory: string): OpenedFiles {
  const opened: number[] = [];
  const close = () => opened.splice(0).forEach(file => closeSync(file));
  try {
    const files = filesOf(directory).map(path => {
      const file = openSync(join(directory, path), "r");
      opened.push(file);
      const read = (offset: number, into: Uint8Array) => readSync(file, into, 0, into.length, offset);
      return {path: path.split(sep).join("/"), size: fstatSync(file).size, read};
    });
    return {files, warnings: [], close};
  } catch (error) {
    close();
    throw error;
  }
}

// Links count as what they lead to: the hub's cache is made of them.
function filesOf(directory: string): string[] {
  let entries;
  try {
    entries = readdirSync(directory, {recursive: true, withFileTypes: true});
  } catch (error) {
    throw new GerbilError("not_found", `There is no model in '${directory}': ${String(error)}.`);
  }
  const files = entries.filter(entry => entry.isFile() || entry.isSymbolicLink());
  if (files.length > mostFiles)
    throw new GerbilError(
      "invalid_argument",
      `'${directory}' has more than ${mostFiles} files: name the directory that holds the model's config.json.`,
    );
  return files.map(entry => join(entry.parentPath.slice(directory.length), entry.name).replace(/^[\\/]/, ""));
}
