// Where the files of one model are kept: a flat folder, of the browser's storage or of memory.

/** A file that is written. Nobody else has it meanwhile. */
export interface EditedFile {
  size(): number;
  /** Gives the bytes that were read, fewer than `into` has at the end alone. */
  read(into: Uint8Array, at: number): number;
  /** Writes all. Throws NoRoom. */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  /** Afterwards what was written outlives the browser. */
  flush(): void;
  close(): void;
}

/** A file that is read. */
export interface ReadFile {
  read(into: Uint8Array, at: number): number;
  close(): void;
}

export interface Folder {
  kind: "opfs" | "memory";
  names(): Promise<string[]>;
  /** Bytes; null where there is no such file. */
  size(name: string): Promise<number | null>;
  /** Null where there is no such file, or one of more than 4 MiB. */
  readText(name: string): Promise<string | null>;
  /** Throws NoRoom. */
  writeText(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Opens or makes a file that gets at most `most` bytes. */
  edit(name: string, most: number): Promise<EditedFile>;
  open(name: string): Promise<ReadFile>;
  /** Bytes in use and bytes that there may be; null where the browser does not say. */
  room(): Promise<{usage: number; quota: number} | null>;
}

/** The storage is full. */
export class NoRoom {}

export const LONGEST_TEXT = 4 * 2 ** 20;
