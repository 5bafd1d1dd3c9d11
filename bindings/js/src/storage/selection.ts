// Which files of a repository gerbil reads. The same rules as src/hub/selection.cpp.
import {GerbilError} from "../error.js";
import {LARGEST_SMALL_FILE, type RemoteFile} from "./listing.js";
import {isInnerPath, isObject, parsed, printable} from "./text.js";

/** The text of a small file of the repository. */
export type ReadText = (path: string) => Promise<string>;

const MOST_MODULES = 64;
const MOST_NEEDED = 2000;
export const INDEX = "model.safetensors.index.json";
const INDEX_END = ".safetensors.index.json";
const WEIGHTS_END = ".safetensors";

/** What is read in the root and in the folders of modules, where it is there. */
export const smallFiles = [
  "config.json",
  "generation_config.json",
  "quantize_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "chat_template.json",
  "modules.json",
  "config_sentence_transformers.json",
];

const isSmall = (name: string) =>
  smallFiles.includes(name) ||
  (name.startsWith("sentence_") && name.endsWith("_config.json")) ||
  (name.startsWith("additional_chat_templates/") && name.endsWith(".jinja"));

/** The files that an index of shards names, in its folder. Throws GerbilError `corrupt`. */
export function shardsOf(json: string, path: string): Set<string> {
  const index = parsed(json);
  const map = isObject(index) ? index.weight_map : undefined;
  if (!isObject(map)) throw new GerbilError("corrupt", `'${path}' has no weight_map object.`);
  const shards = new Set<string>();
  for (const file of Object.values(map)) {
    if (typeof file !== "string" || !isInnerPath(file))
      throw new GerbilError("corrupt", `'${path}' names the file '${printable(String(file))}', which cannot be.`);
    shards.add(path.slice(0, path.lastIndexOf("/") + 1) + file);
    if (shards.size > MOST_NEEDED)
      throw new GerbilError("corrupt", `'${path}' names more than ${MOST_NEEDED} files.`);
  }
  return shards;
}

/** The folders of the modules of sentence-transformers, each with a slash at its end. Throws GerbilError `corrupt`. */
export function moduleFolders(json: string): Set<string> {
  const modules = parsed(json);
  if (!Array.isArray(modules) || modules.length > MOST_MODULES)
    throw new GerbilError("corrupt", `'modules.json' is no list of at most ${MOST_MODULES} modules.`);
  const folders = new Set<string>();
  for (const module of modules as unknown[]) {
    const path = isObject(module) && typeof module.path === "string" ? module.path.replace(/\/+$/, "") : "";
    if (isInnerPath(path)) folders.add(`${path}/`);
  }
  return folders;
}

/**
 * Configuration, tokenizer, chat templates and weights in safetensors, of the root and of the folders that modules.json
 * names. Where an index says which shards make up the weights, only these. Throws GerbilError `unsupported` saying what
 * there is when weights or the configuration are missing, `corrupt` for an index or modules.json that is not one, and
 * what `read` throws. `where` is what a message calls the model.
 */
export async function neededFiles(
  files: Map<string, RemoteFile>,
  read: ReadText,
  where: string,
): Promise<RemoteFile[]> {
  const text = (path: string) => {
    const size = files.get(path)?.size ?? 0;
    if (size <= LARGEST_SMALL_FILE) return read(path);
    throw new GerbilError("corrupt", `'${path}' has ${size} bytes, more than such a file needs.`);
  };
  if (!files.has("config.json") && !files.has("modules.json")) refuse(files, where, "config.json");
  const folders = files.has("modules.json") ? moduleFolders(await text("modules.json")) : new Set<string>();
  folders.add("");
  const needed = new Set<string>();
  let weights = 0;
  for (const folder of folders) {
    const names = [...files.keys()].filter(path => path.startsWith(folder)).map(path => path.slice(folder.length));
    for (const name of names) if (isSmall(name)) needed.add(folder + name);
    const found = await weightsIn(names, folder, text);
    weights += found.size;
    for (const path of found) needed.add(path);
  }
  if (weights === 0) refuse(files, where, "weights in safetensors");
  if (needed.size > MOST_NEEDED)
    throw new GerbilError("unsupported", `${where} needs ${needed.size} files; more than ${MOST_NEEDED} are not taken.`);
  return [...needed].sort().flatMap(path => files.get(path) ?? []);
}

// As Checkpoint::open chooses among the files of a folder. Where that depends on what is in them, all that may be
// wanted.
async function weightsIn(names: string[], folder: string, text: ReadText): Promise<Set<string>> {
  const plain = names.filter(name => !name.includes("/") && !name.startsWith("."));
  const present = plain.filter(name => name.endsWith(WEIGHTS_END));
  const indices = plain.filter(name => name.endsWith(INDEX_END));
  if (present.includes("model.safetensors")) return new Set([`${folder}model.safetensors`]);
  const named = present.filter(name => name.startsWith("model"));
  const files = new Set((named.length > 0 ? named : present).map(name => folder + name));
  const index = indices.includes(INDEX) ? INDEX : indices.length === 1 ? indices[0] : undefined;
  if (index === undefined || present.length === 0) return files;
  const listed = shardsOf(await text(folder + index), folder + index);
  const whole = listed.size > 0 && [...listed].every(path => present.includes(path.slice(folder.length)));
  return new Set([...(whole ? listed : files), folder + index]);
}

function refuse(files: Map<string, RemoteFile>, where: string, missing: string): never {
  const has = (end: string) => [...files.keys()].some(path => path.endsWith(end));
  const instead = has(".gguf")
    ? "it has GGUF files, which are not supported: look for the model that they were made from"
    : has(".bin")
      ? "it has .bin files, which can run code when they are opened: look for a conversion to safetensors"
      : "look for another one that has it";
  throw new GerbilError("unsupported", `${where} has no ${missing}; ${instead}.`);
}
