// A folder in the origin private file system. Reference: https://fs.spec.whatwg.org
import {GerbilError} from "../error.js";
import {type EditedFile, type Folder, LONGEST_TEXT, NoRoom, type ReadFile} from "./folder.js";

// Workers alone have it. Browsers that do not know `mode` open for writing, which one at a time can.
interface SyncAccessHandle extends Omit<EditedFile, "size" | "read" | "write"> {
  getSize(): number;
  read(into: Uint8Array, options: {at: number}): number;
  write(bytes: Uint8Array, options: {at: number}): number;
}
interface WorkerFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(options?: {mode: "read-only" | "readwrite"}): Promise<SyncAccessHandle>;
}
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

const ROOT = "gerbil-models";
const OPEN_ATTEMPTS = 20;
const OPEN_PAUSE = 100;

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;

/** Throws GerbilError "unsupported" where browsers store nothing. */
export function requireSecureContext(): void {
  if (!isSecureContext)
    throw new GerbilError(
      "unsupported",
      `${location.origin} is no secure context, and browsers store nothing there: use https, or http://localhost.`,
    );
}

/** The folder of all models; null where the browser has none, as in private windows of Firefox and Safari. */
export async function modelsDirectory(): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(ROOT, {create: true});
  } catch {
    return null;
  }
}

/** Reads a file of the user's or of storage where a worker may, about as fast as 200 MB/s. */
export function blobReader(blob: Blob): ReadFile {
  const reader = new FileReaderSync();
  return {
    read(into, at) {
      const bytes = new Uint8Array(reader.readAsArrayBuffer(blob.slice(at, at + into.length)));
      into.set(bytes);
      return bytes.length;
    },
    close() {},
  };
}

/** Of one model; of a directory from modelsDirectory(). Files are edited and opened in a dedicated worker alone. */
export function opfsFolder(directory: FileSystemDirectoryHandle): Folder {
  const found = async (name: string): Promise<File | null> => {
    try {
      return await (await directory.getFileHandle(name)).getFile();
    } catch (error) {
      if (isNamed(error, "NotFoundError")) return null;
      throw error;
    }
  };
  const edit = async (name: string) =>
    editedFile(await lasting((await directory.getFileHandle(name, {create: true})) as WorkerFileHandle));

  return {
    kind: "opfs",
    async names() {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
    size: async name => (await found(name))?.size ?? null,
    async readText(name) {
      const file = await found(name);
      return file && file.size <= LONGEST_TEXT ? file.text() : null;
    },
    async writeText(name, text) {
      const file = await edit(name);
      try {
        file.truncate(0);
        file.write(new TextEncoder().encode(text), 0);
        file.flush();
      } finally {
        file.close();
      }
    },
    remove: name => directory.removeEntry(name),
    edit,
    async open(name) {
      const handle = (await directory.getFileHandle(name)) as WorkerFileHandle;
      try {
        const file = await handle.createSyncAccessHandle({mode: "read-only"});
        return {read: (into, at) => file.read(into, {at}), close: () => file.close()};
      } catch (error) {
        // Another tab has opened it in a browser where one at a time can.
        if (!isNamed(error, "NoModificationAllowedError")) throw error;
        return blobReader(await handle.getFile());
      }
    },
    async room() {
      const {usage, quota} = await navigator.storage.estimate();
      return usage === undefined || quota === undefined ? null : {usage, quota};
    },
  };
}

// The worker of a page that was just left may still have the file for a moment after its locks are free.
async function lasting(handle: WorkerFileHandle): Promise<SyncAccessHandle> {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      if (!isNamed(error, "NoModificationAllowedError") || attempt === OPEN_ATTEMPTS) throw error;
      await new Promise(resolve => setTimeout(resolve, OPEN_PAUSE));
    }
  }
}

// What a full storage throws.
function withRoom<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw isNamed(error, "QuotaExceededError") ? new NoRoom() : error;
  }
}

function editedFile(handle: SyncAccessHandle): EditedFile {
  return {
    size: () => handle.getSize(),
    read: (into, at) => handle.read(into, {at}),
    write(bytes, at) {
      for (let done = 0; done < bytes.length; ) {
        const count = withRoom(() => handle.write(bytes.subarray(done), {at: at + done}));
        // In Chromium's private windows a write that finds no room gives a number that cannot be.
        if (count === 0 || count > bytes.length - done) throw new NoRoom();
        done += count;
      }
    },
    truncate: size => withRoom(() => handle.truncate(size)),
    flush: () => withRoom(() => handle.flush()),
    close: () => handle.close(),
  };
}
