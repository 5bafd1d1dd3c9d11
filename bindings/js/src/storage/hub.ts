// The files of a model of the hub.
import {GerbilError} from "../error.js";
import {type Context, text} from "./http.js";
import {type Listing, nextPage, readCommit, readPage, type RemoteFile} from "./listing.js";
import {printable, shownAddress} from "./text.js";

export const HUB = "https://huggingface.co";

const LARGEST_ANSWER = 64 * 2 ** 20;
const MOST_PAGES = 1000;

/** The hub's address without a slash at its end. Throws GerbilError `invalid_argument` for what is none. */
export function readEndpoint(endpoint: string): string {
  const address = URL.parse(endpoint);
  if (!address || !/^https?:$/.test(address.protocol) || address.search || address.hash || address.username)
    throw new GerbilError("invalid_argument", `The endpoint is '${endpoint}', but should be an address such as ${HUB}.`);
  return address.href.replace(/\/+$/, "");
}

/** Throws GerbilError `invalid_argument` for what no token has. */
export function readToken(token: string): string {
  if (!/^[!-~]{0,4096}$/.test(token))
    throw new GerbilError(
      "invalid_argument",
      "The token has characters that no token has; it should be hf_ and letters.",
    );
  return token;
}

/** The files of the revision as it is now. Throws as request() does, and GerbilError `corrupt`. */
export async function listHubFiles(context: Context): Promise<Listing> {
  const {endpoint, name} = context;
  const api = `${endpoint}/api/models/${name.id}`;
  const at = `${api}/revision/${encodeURIComponent(name.revision)}`;
  const commit = readCommit((await text(context, at, LARGEST_ANSWER)).text, at, name.revision);
  const address = (path: string) =>
    `${endpoint}/${name.id}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const files = new Map<string, RemoteFile>();
  let url = `${api}/tree/${commit}?recursive=true&expand=false`;
  for (let page = 0; page < MOST_PAGES; ++page) {
    const answer = await text(context, url, LARGEST_ANSWER);
    readPage(answer.text, shownAddress(url), address, files);
    const next = nextPage(answer.headers.get("link") ?? "");
    if (!next) return {commit, files};
    const resolved = URL.parse(next, url);
    if (!resolved || resolved.origin !== new URL(endpoint).origin)
      throw new GerbilError("corrupt", `${shownAddress(url)} has a next page at '${printable(next)}', which is not on it.`);
    url = resolved.href;
  }
  throw new GerbilError("corrupt", `${api} lists its files on more than ${MOST_PAGES} pages.`);
}
