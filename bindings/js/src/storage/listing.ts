// What a server says of a model's files: from a stranger, whose names become files of this machine.
import {GerbilError} from "../error.js";
import {isInnerPath, isObject, parsed, printable} from "./text.js";

/** A file that can be downloaded. */
export interface RemoteFile {
  /** Below the model's folder. */
  path: string;
  url: string;
  /** Bytes. */
  size: number;
  /**
   * What is listed for its contents: of files of Git LFS their SHA-256, of others that of git, which is the SHA-1 of
   * "blob SIZE\0" and the file. Of files at an address there is none.
   */
  hash: {kind: "sha256" | "git-sha1"; hex: string} | null;
  /** The entity tag, or else the date, of a file without a hash; empty where the server gives none. */
  tag: string;
}

/** A model's files as a server lists them. */
export interface Listing {
  /** The commit; empty for an address. */
  commit: string;
  files: Map<string, RemoteFile>;
}

export const MOST_FILES = 100_000;
/** Bytes of a file that is held in memory as a whole. */
export const LARGEST_SMALL_FILE = 64 * 2 ** 20;
const LARGEST_FILE = 2 ** 50;

const isHash = (text: unknown, length: number): text is string =>
  typeof text === "string" && text.length === length && /^[0-9a-f]+$/.test(text);

/** Whether it may be the size of a file. */
export const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LARGEST_FILE;

function notAHub(where: string, why: string): GerbilError {
  return new GerbilError("corrupt", `${where} is not answered as a hub does: ${why} Check the endpoint.`);
}

/** The commit in the answer of /api/models/ID/revision/REVISION. Throws GerbilError `corrupt`. */
export function readCommit(json: string, where: string, revision: string): string {
  const answer = parsed(json);
  const commit = isObject(answer) ? answer.sha : undefined;
  if (!isHash(commit, 40)) throw notAHub(where, `"sha" is '${printable(String(commit))}', which is no commit.`);
  if (isHash(revision, 40) && revision !== commit) throw notAHub(where, `the commit ${revision} is ${commit} to it.`);
  return commit;
}

/**
 * Adds the files of a page of /api/models/ID/tree/COMMIT?recursive=true; `address` gives that of a file. Throws
 * GerbilError `corrupt`, also for paths that lead out of the repository and sizes that no disk has.
 */
export function readPage(
  json: string,
  where: string,
  address: (path: string) => string,
  files: Map<string, RemoteFile>,
): void {
  const page = parsed(json);
  if (!Array.isArray(page)) throw notAHub(where, "the answer is no list.");
  for (const entry of page as unknown[]) {
    if (!isObject(entry) || entry.type !== "file") continue;
    const path = entry.path;
    if (typeof path !== "string" || !isInnerPath(path))
      throw notAHub(where, `the path '${printable(String(path))}' does not stay in the repository.`);
    const lfs = isObject(entry.lfs) ? entry.lfs : null;
    const {oid, size} = lfs ?? entry;
    if (!isHash(oid, lfs ? 64 : 40)) throw notAHub(where, `"oid" is '${printable(String(oid))}', which is no hash.`);
    if (!isSize(size)) throw notAHub(where, `"size" is ${printable(String(size))}, which no file has.`);
    files.set(path, {path, url: address(path), size, hash: {kind: lfs ? "sha256" : "git-sha1", hex: oid}, tag: ""});
    if (files.size > MOST_FILES) throw notAHub(where, `it lists more than ${MOST_FILES} files.`);
  }
}

/** The address of the next page in a Link field: <…>; rel="next". Empty where there is none. Reference: RFC 8288. */
export function nextPage(link: string): string {
  return /<([^>]*)>[^<]*;\s*rel="?next"?\s*(?:[;,]|$)/i.exec(link)?.[1] ?? "";
}
