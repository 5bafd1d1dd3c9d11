// What a model is named by, and where it then comes from.
import {GerbilError} from "./error.js";
import type {LoadOptions, ModelSource} from "./load_options.js";
import type {Source} from "./protocol.js";

const hubId = /^[\w.-]+\/[\w.-]+$/;
const address = /^(https?:|\.{0,2}\/)/;

/** Throws GerbilError "invalid_argument" for what is none. */
export async function sourceOf(model: ModelSource, {revision, token, endpoint}: LoadOptions): Promise<Source> {
  if (model instanceof URL) return {kind: "url", url: model.href};
  if (typeof model !== "string") return {kind: "files", files: await chosenFiles(model)};
  if (address.test(model)) return {kind: "url", url: new URL(model, document.baseURI).href};
  if (!hubId.test(model))
    throw new GerbilError("invalid_argument", `"${model}" names no model: an id on the hub ("Qwen/Qwen3-0.6B") or the address of a folder ("/models/nano") is one.`);
  return {kind: "hub", id: model, ...(revision && {revision}), ...(token && {token}), ...(endpoint && {endpoint})};
}

const mostFiles = 4096;

// Files with their paths below the folder that was chosen.
async function chosenFiles(chosen: File[] | FileList | FileSystemDirectoryHandle) {
  const found: {path: string; file: File}[] = [];
  const add = (path: string, file: File) => {
    found.push({path, file});
    if (found.length > mostFiles) throw new GerbilError("invalid_argument", `The folder has more than ${mostFiles} files: choose the one that holds the model's config.json.`);
  };
  const walk = async (folder: FileSystemDirectoryHandle, prefix: string) => {
    for await (const entry of folder.values()) {
      if (entry.kind === "directory") await walk(entry, `${prefix}${entry.name}/`);
      else add(prefix + entry.name, await entry.getFile());
    }
  };
  if ("values" in chosen && "kind" in chosen) await walk(chosen, "");
  else for (const file of chosen) add(file.webkitRelativePath.replace(/^[^/]*\//, "") || file.name, file);
  return found;
}
