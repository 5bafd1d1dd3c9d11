// Downloading one file, in pieces where the server has ranges, and else in one stream.
import {GerbilError} from "../error.js";
import {tagOf} from "./address.js";
import {type Answer, type Asked, type Context, request} from "./http.js";
import type {RemoteFile} from "./listing.js";
import type {Partial} from "./partial.js";
import {type Attempts, persistently, Transient} from "./patience.js";
import {shownAddress} from "./text.js";

/** A file at an address is another one now than it was when the model's files were listed. */
export class Changed {
  constructor(readonly sentence: string) {}
}

/** Runs what takes a connection once there is one. */
export type Connections = <T>(action: () => Promise<T>) => Promise<T>;

const MOST_DAMAGED = 3;
const MOST_RESTARTS = 20;

/**
 * Afterwards the file is complete and has its hash. `moved` is told of bytes that come, and of those that are dropped.
 * Throws Changed, NoRoom, and GerbilError as request() does, and `corrupt` for a file that does not have its hash.
 */
export async function fetchFile(
  context: Context,
  partial: Partial,
  connections: Connections,
  moved: (bytes: number) => void,
): Promise<void> {
  const {file} = partial;
  const where = shownAddress(file.url);
  let restarts = 0;
  let epoch = 0; // what was asked for in an earlier one is no longer wanted
  let stream: Promise<void> | null = null; // of the whole file, beside which nothing else is written

  const restart = () => {
    if (partial.done() > 0 && ++restarts > MOST_RESTARTS)
      throw new GerbilError(
        "unavailable",
        `${where} breaks off again and again, and does not go on where it was: try again later.`,
      );
    ++epoch;
    moved(-partial.done());
    partial.restart();
  };
  // Takes the bytes from `from` to `to`. More than them may come where the file is longer than it should be.
  const take = async ({body}: Answer, from: number, to: number, attempts: Attempts) => {
    const begun = epoch;
    let at = from;
    for await (const bytes of body()) {
      if (epoch !== begun) throw new Transient(`${where} begins again.`);
      if (bytes.length > to - at) {
        restart();
        throw new Transient(`${where} gives more bytes than it was asked for.`);
      }
      partial.write(at, bytes);
      at += bytes.length;
      attempts.failures = 0;
      moved(bytes.length);
    }
    if (at < to) throw new Transient(`${where} ended after ${at - from} of ${to - from} bytes.`);
  };

  // What is missing of a piece. `ranged` is called when the server turns out to give pieces; where it does not, all of
  // the file comes.
  const attempt = async (piece: number, ranged: () => void, attempts: Attempts): Promise<void> => {
    await stream?.catch(() => {});
    const {from, to} = partial.missing(piece);
    if (from === to) return;
    const begun = epoch;
    await request(context, file.url, askFor(file, from, to), async answer => {
      const {response} = answer;
      if (file.tag && response.ok && tagOf(response) && tagOf(response) !== file.tag)
        throw new Changed(`${where} has changed while it was downloaded.`);
      if (epoch !== begun) throw new Transient(`${where} begins again.`);
      if (response.status === 416 || (response.status === 206 && !fits(response, file, from, to))) {
        restart();
        throw new Transient(`${where} gave another part than it was asked for.`);
      }
      if (response.status === 206) {
        ranged();
        return take(answer, from, to, attempts);
      }
      restart();
      stream = take(answer, 0, file.size, attempts).finally(() => (stream = null));
      return stream;
    });
  };
  const fetchPiece = (piece: number, ranged: () => void) =>
    persistently(context.patience, context.signal, attempts => attempt(piece, ranged, attempts));

  for (let damaged = 0; ; ) {
    while (!partial.complete()) await fetchPieces(partial, connections, fetchPiece);
    if (await partial.verify()) return;
    restart();
    if (++damaged >= MOST_DAMAGED)
      throw new GerbilError(
        "corrupt",
        `${where} has not the hash that the hub lists for it. It was downloaded ${MOST_DAMAGED} times and is not kept: ` +
          "a proxy on the way, or the server, changes it.",
      );
  }
}

// The first request shows whether the server has ranges; the other pieces are asked for then.
async function fetchPieces(
  partial: Partial,
  connections: Connections,
  fetchPiece: (piece: number, ranged: () => void) => Promise<void>,
): Promise<void> {
  const [first, ...others] = Array.from({length: partial.pieces}, (_, i) => i).filter(piece => {
    const {from, to} = partial.missing(piece);
    return from < to;
  });
  if (first === undefined) return;
  const running: Promise<void>[] = [];
  const ranged = () => {
    for (const piece of others.splice(0)) running.push(connections(() => fetchPiece(piece, () => {})));
  };
  const begun = await Promise.allSettled([connections(() => fetchPiece(first, ranged))]);
  for (const result of [...begun, ...(await Promise.allSettled(running))])
    if (result.status === "rejected") throw result.reason;
}

// A file that is known by its tag is asked for by ranges always: servers tag what they compress otherwise. If-Range
// spares a request where it has changed; another origin would have to allow it first, and the tag of the answer says
// the same.
function askFor(file: RemoteFile, from: number, to: number): Asked {
  if (from === 0 && to === file.size && !file.tag) return {};
  const range = {Range: `bytes=${from}-${to - 1}`};
  const strong = /^"[!#-~]+"$/.test(file.tag);
  const near = new URL(file.url).origin === location.origin;
  return {headers: strong && near ? {...range, "If-Range": file.tag} : range, accepted: [416]};
}

// Servers of another origin may hide Content-Range, but not how long the part is.
function fits(response: Response, file: RemoteFile, from: number, to: number): boolean {
  const encoding = response.headers.get("content-encoding");
  if (encoding && encoding !== "identity") return false;
  const text = response.headers.get("content-range");
  if (text === null) return response.headers.get("content-length") === String(to - from);
  const parts = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(text);
  return parts !== null && Number(parts[1]) === from && (parts[3] === "*" || Number(parts[3]) === file.size);
}
