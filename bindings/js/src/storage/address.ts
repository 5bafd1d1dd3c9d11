// The files of a model in a folder of any server, which lists nothing: each is asked for by its name.
import {GerbilError} from "../error.js";
import {type Context, request, text} from "./http.js";
import {isSize, LARGEST_SMALL_FILE, type Listing, type RemoteFile} from "./listing.js";
import {persistently} from "./patience.js";
import {INDEX, moduleFolders, shardsOf, smallFiles} from "./selection.js";
import {shownAddress} from "./text.js";

const WEIGHTS = "model.safetensors";
const AT_ONCE = 6;

// Of transformers in sentence-transformers: src/engine/text_settings.cpp reads the first of these that is there.
const settingsOfSentences = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map(
  model => `sentence_${model}_config.json`,
);
const known = [...smallFiles, ...settingsOfSentences, WEIGHTS, INDEX];

/**
 * The files of the folder that have the names which gerbil knows, with those that the index of shards and modules.json
 * name. Throws as request() does, GerbilError `corrupt`, and `not_found` for a folder without config.json or without a
 * file that an index names.
 */
export async function listAddress(context: Context): Promise<Listing> {
  const files = new Map<string, RemoteFile>();
  const find = async (paths: string[], needed: boolean) => {
    for (let i = 0; i < paths.length; i += AT_ONCE)
      for (const file of await Promise.all(paths.slice(i, i + AT_ONCE).map(path => ask(context, path, needed))))
        if (file) files.set(file.path, file);
  };
  const read = async (path: string) => (await text(context, addressOf(context, path), LARGEST_SMALL_FILE)).text;

  await find(known, false);
  if (!files.has("config.json") && !files.has("modules.json"))
    throw new GerbilError(
      "not_found",
      `${shownAddress(context.name.id)} has no config.json that this page may read: check the address of the folder.`,
    );
  if (files.has("modules.json"))
    for (const folder of moduleFolders(await read("modules.json"))) await find(known.map(name => folder + name), false);
  for (const index of [...files.keys()].filter(path => path.endsWith(INDEX)))
    if (!files.has(index.slice(0, -INDEX.length) + WEIGHTS)) await find([...shardsOf(await read(index), index)], true);
  return {commit: "", files};
}

function addressOf(context: Context, path: string): string {
  return context.name.id + path.split("/").map(encodeURIComponent).join("/");
}

/** What tells one version of a file at an address from another. */
export function tagOf(response: Response): string {
  return (response.headers.get("etag") ?? response.headers.get("last-modified") ?? "").slice(0, 256);
}

// The range keeps servers from compressing, and so hiding the size. Servers of single-page applications give their page
// for any address: no file of a model is one.
async function ask(context: Context, path: string, needed: boolean): Promise<RemoteFile | null> {
  const url = addressOf(context, path);
  const asked = {method: "HEAD" as const, headers: {Range: "bytes=0-"}, accepted: needed ? [] : [403, 404, 410]};
  return persistently(context.patience, context.signal, () =>
    request(context, url, asked, async ({response}) => {
      if (!response.ok || response.headers.get("content-type")?.startsWith("text/html")) return null;
      const length = response.headers.get("content-length");
      const size = length === null ? NaN : Number(length);
      if (!isSize(size) || response.headers.get("content-encoding"))
        throw new GerbilError("unsupported", `${shownAddress(url)} does not say how many bytes it has (Content-Length).`);
      return {path, url, size, hash: null, tag: tagOf(response)};
    }),
  );
}
