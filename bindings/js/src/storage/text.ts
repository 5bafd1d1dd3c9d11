// Texts of strangers: paths that become files, and words that are shown.

const LONGEST_PATH = 1000;
const LONGEST_PART = 240;
const LONGEST_SHOWN = 200;

// What a reader does not see or reads otherwise: control characters, and marks of direction.
const hidden = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export function hasHiddenCharacters(text: string): boolean {
  return hidden.test(text);
}

/** Whether a path stays in the folder that it is appended to, and may be shown. */
export function isInnerPath(path: string): boolean {
  if (path.length > LONGEST_PATH || path.includes("\\") || hasHiddenCharacters(path)) return false;
  return path.split("/").every(part => part !== "" && part !== "." && part !== ".." && part.length <= LONGEST_PART);
}

/** For a message: printable ASCII, at most 200 characters. */
export function printable(text: string): string {
  const shown = text.slice(0, LONGEST_SHOWN).replace(/[^ -~]/g, " ");
  return text.length > LONGEST_SHOWN ? `${shown}...` : shown;
}

/** An address for a message: without what stands behind a "?", which may be a signature. */
export function shownAddress(url: string): string {
  return printable(url.replace(/[?#].*$/s, ""));
}

/** 1234567 as "1.2 MB". */
export function shownBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 999.5 && unit + 1 < units.length; ++unit) bytes /= 1000;
  return `${unit === 0 || bytes >= 99.95 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

/** In lower-case hexadecimal. */
export function hexadecimal(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, "0")).join("");
}

/** What the JSON says, or null where it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Whether it is an object of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
