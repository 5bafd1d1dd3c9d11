// Reads of files in blocks that are kept for a while. A weight is asked for in rows of a few kilobytes, and where files
// were chosen by the user, and in Chromium's private windows, every read is a message to another process.
import type {ReadFile} from "./folder.js";

const BLOCK = 2 ** 19;
// Threads read beside each other, and rows of two tensors by turns.
const KEPT = 16;

/** The same file, of `size` bytes. */
export function readAhead(file: ReadFile, size: number): ReadFile {
  const blocks = new Map<number, Uint8Array>(); // the one that was used last is the last

  const block = (number: number): Uint8Array => {
    const kept = blocks.get(number);
    blocks.delete(number);
    const bytes = kept ?? readBlock(number);
    blocks.set(number, bytes);
    return bytes;
  };
  const readBlock = (number: number): Uint8Array => {
    const [oldest] = blocks.size < KEPT ? [] : blocks;
    if (oldest) blocks.delete(oldest[0]);
    const memory = oldest?.[1].buffer ?? new ArrayBuffer(Math.min(BLOCK, size));
    const wanted = new Uint8Array(memory, 0, Math.min(BLOCK, size - number * BLOCK));
    return wanted.subarray(0, file.read(wanted, number * BLOCK));
  };

  return {
    read(into, at) {
      if (into.length >= BLOCK) return file.read(into, at);
      let done = 0;
      while (done < into.length && at + done < size) {
        const number = Math.floor((at + done) / BLOCK);
        const rest = block(number).subarray(at + done - number * BLOCK);
        if (rest.length === 0) break; // the file is shorter than it was
        const part = rest.subarray(0, into.length - done);
        into.set(part, done);
        done += part.length;
      }
      return done;
    },
    close() {
      blocks.clear();
      file.close();
    },
  };
}
