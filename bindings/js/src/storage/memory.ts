// A folder in memory, for where the browser gives no storage.
import {type EditedFile, type Folder, LONGEST_TEXT, NoRoom} from "./folder.js";

interface MemoryFile {
  /** As long as the file may become. */
  bytes: Uint8Array;
  size: number;
}

/** `quota`: the bytes that it may take. */
export function memoryFolder(quota: number): Folder {
  const files = new Map<string, MemoryFile>();
  const usage = () => [...files.values()].reduce((sum, file) => sum + file.bytes.length, 0);

  const edit = async (name: string, most: number): Promise<EditedFile> => {
    let file = files.get(name);
    if (!file) {
      if (usage() + most > quota) throw new NoRoom();
      file = {bytes: new Uint8Array(most), size: 0};
      files.set(name, file);
    }
    return access(file);
  };

  return {
    kind: "memory",
    names: async () => [...files.keys()],
    size: async name => files.get(name)?.size ?? null,
    async readText(name) {
      const file = files.get(name);
      return file && file.size <= LONGEST_TEXT ? new TextDecoder().decode(file.bytes.subarray(0, file.size)) : null;
    },
    async writeText(name, text) {
      const bytes = new TextEncoder().encode(text);
      files.set(name, {bytes, size: bytes.length});
    },
    async remove(name) {
      files.delete(name);
    },
    edit,
    open: name => edit(name, 0),
    room: async () => ({usage: usage(), quota}),
  };
}

function access(file: MemoryFile): EditedFile {
  return {
    size: () => file.size,
    read(into, at) {
      const bytes = file.bytes.subarray(at, Math.min(at + into.length, file.size));
      into.set(bytes);
      return bytes.length;
    },
    write(bytes, at) {
      file.bytes.set(bytes, at);
      file.size = Math.max(file.size, at + bytes.length);
    },
    truncate: size => {
      file.size = size;
    },
    flush() {},
    close() {},
  };
}
