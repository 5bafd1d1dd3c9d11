// A file while it is downloaded, in pieces that may come in any order: its bytes, and beside them what is there of
// each piece, so that a later download goes on.
import type {EditedFile, Folder} from "./folder.js";
import {isSize, type RemoteFile} from "./listing.js";
import {sha256} from "./sha256.js";
import {hexadecimal, isObject, parsed} from "./text.js";

/** Not for two at once: whoever has it holds the lock of the download. */
export interface Partial {
  file: RemoteFile;
  pieces: number;
  /** Bytes of all pieces that are there. */
  done(): number;
  complete(): boolean;
  /** Where what is missing of a piece begins and ends. */
  missing(piece: number): {from: number; to: number};
  /** Of one piece, where what is missing of it begins; or from 0 on, over the pieces one after the other. */
  write(at: number, bytes: Uint8Array): void;
  restart(): void;
  /** Writes down what is there. */
  save(): void;
  /** Of a complete one: whether it has the hash that is listed. */
  verify(): Promise<boolean>;
  close(): void;
}

const SMALLEST_PIECE = 16 * 2 ** 20;
const MOST_PIECES = 256;
const READ = 2 ** 20;
const UNSAVED = 8 * 2 ** 20;
// Bytes that are hashed without letting messages in: less than a fifth of a second.
const HASHED_AT_ONCE = 32 * 2 ** 20;

const stateName = (file: string) => `${file}.state`;
const pieceSize = (size: number) => Math.max(SMALLEST_PIECE, Math.ceil(size / MOST_PIECES));

function lengths(size: number): number[] {
  const piece = pieceSize(size);
  return Array.from({length: Math.ceil(size / piece)}, (_, i) => Math.min(piece, size - i * piece));
}

// What is there of each piece, of which the file has so many bytes. What cannot be read as that is nothing.
function readState(text: string | null, size: number, present: number): number[] {
  const state = parsed(text ?? "");
  const have = isObject(state) && Array.isArray(state.have) ? (state.have as unknown[]) : [];
  const pieces = lengths(size);
  const fits = have.length === pieces.length && have.every((n, i) => isSize(n) && n <= pieces[i]!);
  if (!fits) return pieces.map(() => 0);
  return (have as number[]).map((n, i) => (i * pieceSize(size) + n <= present ? n : 0));
}

/** Bytes of the file that an earlier download has left. */
export async function bytesBegun(folder: Folder, name: string, size: number): Promise<number> {
  const state = await folder.readText(stateName(name));
  return readState(state, size, (await folder.size(name)) ?? 0).reduce((sum, n) => sum + n, 0);
}

/** Opens what there is, or begins. Throws NoRoom. */
export async function openPartial(folder: Folder, name: string, file: RemoteFile): Promise<Partial> {
  const whole = lengths(file.size);
  const piece = pieceSize(file.size);
  // Always as long: a write in its place leaves it whole.
  const stateLength = JSON.stringify({have: whole}).length;
  const text = await folder.readText(stateName(name));
  const data = await folder.edit(name, file.size);
  const have = readState(text, file.size, data.size());
  const state = await folder.edit(stateName(name), stateLength).catch((error: unknown) => {
    data.close();
    throw error;
  });
  let unsaved = 0;
  const hash = hashInOrder(file, data);

  const partial: Partial = {
    file,
    pieces: whole.length,
    done: () => have.reduce((sum, n) => sum + n, 0),
    complete: () => have.every((n, i) => n === whole[i]),
    missing: i => ({from: i * piece + have[i]!, to: i * piece + whole[i]!}),
    write(at, bytes) {
      data.write(bytes, at);
      while (bytes.length > 0) {
        const i = Math.floor(at / piece);
        const count = Math.min(bytes.length, (i + 1) * piece - at);
        have[i]! += count;
        at += count;
        unsaved += count;
        bytes = bytes.subarray(count);
      }
      if (unsaved < UNSAVED && !partial.complete()) return;
      partial.save();
      const gap = have.findIndex((n, i) => n < whole[i]!);
      hash.reach(gap < 0 ? file.size : gap * piece + have[gap]!);
    },
    restart() {
      have.fill(0);
      partial.save();
      data.truncate(0);
      hash.restart();
    },
    save() {
      data.flush();
      state.write(new TextEncoder().encode(JSON.stringify({have}).padEnd(stateLength)), 0);
      state.flush();
      unsaved = 0;
    },
    verify: () => hash.matches(),
    close() {
      data.close();
      state.close();
    },
  };
  return partial;
}

// The hash of a file follows what is there of it without a gap.
function hashInOrder(file: RemoteFile, data: EditedFile) {
  let hash = sha256();
  let hashed = 0;
  const buffer = new Uint8Array(Math.min(READ, file.size));
  const reach = (end: number) => {
    if (file.hash?.kind !== "sha256") return;
    end = Math.min(end, hashed + HASHED_AT_ONCE);
    while (hashed < end) {
      const bytes = buffer.subarray(0, Math.min(buffer.length, end - hashed));
      const count = data.read(bytes, hashed);
      if (count === 0) return;
      hash.add(bytes.subarray(0, count));
      hashed += count;
    }
  };
  return {
    reach,
    restart() {
      hash = sha256();
      hashed = 0;
    },
    async matches(): Promise<boolean> {
      if (file.hash === null) return data.size() === file.size;
      if (file.hash.kind === "git-sha1") return (await gitSha1(file.size, data)) === file.hash.hex;
      if (data.size() < file.size) return false;
      for (; hashed < file.size; await new Promise(resolve => setTimeout(resolve))) reach(file.size);
      return hash.finish() === file.hash.hex;
    },
  };
}

async function gitSha1(size: number, data: EditedFile): Promise<string> {
  const head = new TextEncoder().encode(`blob ${size}\0`);
  const bytes = new Uint8Array(head.length + size);
  bytes.set(head);
  data.read(bytes.subarray(head.length), 0);
  return hexadecimal(await crypto.subtle.digest("SHA-1", bytes));
}
