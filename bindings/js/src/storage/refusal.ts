// What to say when a server does not give what it is asked for.
import {GerbilError} from "../error.js";
import type {ModelName} from "./name.js";
import {Transient} from "./patience.js";
import {printable, shownAddress} from "./text.js";

/** Where a model is asked for, and by whom. */
export interface Origin {
  name: ModelName;
  /** The hub's address without a slash at its end; of a model at an address, its origin. */
  endpoint: string;
  /** Empty: none. */
  token: string;
}

const momentary = [408, 429, 500, 502, 503, 504];

/**
 * Throws what an answer that is no success means: Transient where another attempt may succeed, and else GerbilError
 * `not_found`, `denied` or `unavailable` with what to do. Reference: huggingface_hub, hf_raise_for_status.
 */
export function refuse(answer: Response, origin: Origin): never {
  const message = answer.headers.get("x-error-message");
  const remark = message ? ` (${printable(message)})` : "";
  const said = `${shownAddress(answer.url)} answered with status ${answer.status}${remark}`;
  if (momentary.includes(answer.status)) throw new Transient(`${said}.`, retryAfter(answer), answer.status === 429);
  if (origin.name.kind === "url") refuseFile(answer.status, said);
  // The hub alone knows models and tokens; a server that it sends us to knows files.
  if (new URL(answer.url).origin === new URL(origin.endpoint).origin) refuseByHub(answer, origin, remark);
  throw new GerbilError("unavailable", `${said}, which is not expected of a hub.`);
}

function refuseFile(status: number, said: string): never {
  if (status === 401 || status === 403)
    throw new GerbilError("denied", `${said}: the server does not let this page read the model.`);
  if (status === 404 || status === 410)
    throw new GerbilError("not_found", `${said}: check the address of the folder with the model's files.`);
  throw new GerbilError("unavailable", `${said}, which is not expected of a file.`);
}

function refuseByHub(answer: Response, {name, endpoint, token}: Origin, remark: string): void {
  const code = answer.headers.get("x-error-code");
  const tokens = `${endpoint}/settings/tokens`;
  if (code === "GatedRepo") {
    const terms = `accept its terms at ${endpoint}/${name.id}`;
    throw new GerbilError(
      "denied",
      token
        ? `The model '${name.id}' is gated${remark}, and the token's account may not read it yet: ${terms}.`
        : `The model '${name.id}' is gated${remark}: ${terms}, and give a token from ${tokens} of that account.`,
    );
  }
  if (code === "RevisionNotFound")
    throw new GerbilError(
      "not_found",
      `The model '${name.id}' has no revision '${name.revision}'; ${endpoint}/${name.id}/tree/main lists its branches ` +
        "and tags.",
    );
  if (answer.status === 401 && token && answer.headers.get("x-error-message")?.startsWith("Invalid credentials"))
    throw new GerbilError("denied", `${endpoint} does not accept the token: make another one at ${tokens}.`);
  if (answer.status === 401 || code === "RepoNotFound" || (answer.status === 404 && code !== "EntryNotFound"))
    throw new GerbilError(
      "not_found",
      `${endpoint} has no model '${name.id}', or it is private` +
        (token
          ? ` and the token may not read it: check the name, or the token at ${tokens}.`
          : `: check the name, or give a token from ${tokens} that may read it.`),
    );
  if (answer.status === 403)
    throw new GerbilError(
      "denied",
      `${endpoint} does not let ${token ? "this token" : "those without a token"} read the model '${name.id}'${remark}.`,
    );
}

// Milliseconds: seconds, or a date. Reference: RFC 9110, 10.2.3.
function retryAfter(answer: Response): number {
  const text = answer.headers.get("retry-after") ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}
