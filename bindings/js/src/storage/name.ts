// What a model is called, and where it is asked for.
import {GerbilError} from "../error.js";
import {sha256} from "./sha256.js";
import {hasHiddenCharacters} from "./text.js";

/** A model that is downloaded. */
export type ModelName =
  | {kind: "hub"; id: string; revision: string}
  /** A folder of a server, with a slash at its end. */
  | {kind: "url"; id: string; revision: ""};

const LONGEST_ID = 96;
const LONGEST_REVISION = 200;
const LONGEST_ADDRESS = 2000;

// Reference: huggingface_hub, validate_repo_id.
function isHubId(id: string): boolean {
  return id.length <= LONGEST_ID && /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(id) && !/--|\.\./.test(id);
}

// The name of a branch or tag (git-check-ref-format), or a commit.
function isRevision(text: string): boolean {
  return (
    text.length <= LONGEST_REVISION &&
    /^[^\s\\~^:?*[]+$/.test(text) &&
    !/^[/.]|\/$|\.\.|\/\/|\/\./.test(text) &&
    !hasHiddenCharacters(text)
  );
}

/**
 * Reads "organisation/name", "organisation/name@revision", or the address of a folder with config.json. An address
 * begins with http:, https:, "/", "./" or "../"; one that is not complete is meant from `base` on.
 * Throws GerbilError `invalid_argument` for what is none of these.
 */
export function parseModelName(model: string, revision?: string, base: string = location.href): ModelName {
  if (/^(https?:|\.{0,2}\/)/.test(model)) {
    if (revision !== undefined)
      throw new GerbilError("invalid_argument", `'${model}' is an address, which has no revision '${revision}'.`);
    return parseAddress(model, base);
  }
  const at = model.indexOf("@");
  const id = at < 0 ? model : model.slice(0, at);
  const named = at < 0 ? undefined : model.slice(at + 1);
  if (!isHubId(id) || (named !== undefined && !isRevision(named)))
    throw new GerbilError(
      "invalid_argument",
      `'${model}' is no model of the hub; its name should be like Qwen/Qwen3-0.6B, or like Qwen/Qwen3-0.6B@main for ` +
        "a revision, or an address that begins with https://, / or ./ for a folder of a server.",
    );
  if (revision !== undefined && !isRevision(revision))
    throw new GerbilError(
      "invalid_argument",
      `The revision '${revision}' can be no branch, tag or commit of a repository.`,
    );
  if (revision !== undefined && named !== undefined && named !== revision)
    throw new GerbilError(
      "invalid_argument",
      `The revision is '${named}' in '${model}', and '${revision}' besides: give one.`,
    );
  return {kind: "hub", id, revision: revision ?? named ?? "main"};
}

function parseAddress(model: string, base: string): ModelName {
  const address = URL.parse(model, base);
  const plain = address && /^https?:$/.test(address.protocol) && !address.search && !address.username;
  if (!plain || address.href.length > LONGEST_ADDRESS)
    throw new GerbilError(
      "invalid_argument",
      `'${model}' is no address of a folder with config.json, such as https://example.org/models/nano/: it should be ` +
        "of http or https, with no name, password or question.",
    );
  address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return {kind: "url", id: address.href, revision: ""};
}

/** The name as it is shown: "Qwen/Qwen3-0.6B@main", or an address. */
export function shownName(name: ModelName): string {
  return name.kind === "hub" ? `${name.id}@${name.revision}` : name.id;
}

/**
 * The name of the model's folder in storage: short, the same for the same model alone, and for any file system, also
 * one that takes upper and lower case for the same.
 */
export function folderName(name: ModelName): string {
  const text = shownName(name);
  const hash = sha256();
  hash.add(new TextEncoder().encode(text));
  return `${text.replace(/^https?:\/\//, "").replace(/[^\w.-]+/g, "_").slice(0, 60)}.${hash.finish().slice(0, 32)}`;
}
