// How a model is asked for.
import {GerbilError} from "../error.js";
import type {Context} from "./http.js";
import {HUB, readEndpoint, readToken} from "./hub.js";
import type {ModelName} from "./name.js";
import {patient, type Patience} from "./patience.js";
import type {OnProgress} from "./progress.js";

/** Where a model of the hub is asked for, and as whom. */
export interface HubOptions {
  /** A branch, tag or commit; may stand behind an "@" in the name, too. Default: "main". */
  revision?: string;
  /** For gated and private models, from the hub's settings. Sent to the endpoint alone, and kept nowhere. */
  token?: string;
  /** Another hub, such as a mirror. Default: "https://huggingface.co". */
  endpoint?: string;
  /** What an address is meant from that is not complete. Default: that of the script; a page says document.baseURI. */
  base?: string;
}

export interface OpenOptions extends HubOptions {
  /** Requests at once, 1 to 16. Default: 4. */
  connections?: number;
  signal?: AbortSignal;
  onProgress?: OnProgress;
  /** Bytes that a model may take in memory where the browser stores nothing. Default: 512 MiB. */
  memoryQuota?: number;
  /** Default: as the native downloader has it. */
  patience?: Patience;
}

/** Throws GerbilError `invalid_argument`. */
export function connectionsOf({connections = 4}: OpenOptions): number {
  if (Number.isInteger(connections) && connections >= 1 && connections <= 16) return connections;
  throw new GerbilError("invalid_argument", `There are ${connections} connections asked for, but should be 1 to 16.`);
}

/** Throws GerbilError `invalid_argument` for an endpoint or a token that cannot be. */
export function contextOf(name: ModelName, options: HubOptions & Pick<OpenOptions, "signal" | "patience">): Context {
  const {endpoint = HUB, token = "", signal, patience = patient} = options;
  return name.kind === "hub"
    ? {name, endpoint: readEndpoint(endpoint), token: readToken(token), signal, patience}
    : {name, endpoint: new URL(name.id).origin, token: "", signal, patience};
}
