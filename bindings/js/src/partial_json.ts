// What there is of a JSON text that is still being written.

const literals = ["true", "false", "null"];

/** The value that the beginning of a JSON text has so far; undefined before there is any. */
export function parsePartialJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parsed(completed(text));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The text with its open strings, lists and objects closed. What cannot stand there yet is left out: a key without its
// value, the beginning of a number or a word, of an escape.
function completed(text: string): string {
  const closing: string[] = [];
  let inString = false;
  let end = 0; // of the last place where a value was complete, or a container begun
  let closers = "";
  for (let i = 0; i < text.length; ++i) {
    const character = text[i] as string;
    if (inString) {
      if (character === "\\") ++i;
      else if (character === '"') inString = false;
      if (inString || closing.at(-1) === "}key") continue;
    } else if (character === '"') {
      inString = true;
      continue;
    } else if (character === "{" || character === "[") closing.push(character === "{" ? "}key" : "]");
    else if (character === ":") closing[closing.length - 1] = "}";
    else if (character === "}" || character === "]") closing.pop();
    else if (character === ",") {
      if (closing.at(-1) === "}") closing[closing.length - 1] = "}key";
      continue;
    } else if (!endsValue(text, i)) continue;
    end = i + 1;
    closers = closersOf(closing);
  }
  if (inString && closing.at(-1) !== "}key") return text.replace(/\\(u[\da-f]{0,3})?$/i, "") + '"' + closersOf(closing);
  return text.slice(0, end) + closers;
}

function closersOf(closing: string[]): string {
  return closing.map((closer) => closer[0]).reverse().join("");
}

// Whether a number or a word ends with this character, as far as the text goes on.
function endsValue(text: string, i: number): boolean {
  if (/\s|:/.test(text[i] as string)) return false;
  const next = text[i + 1];
  if (next !== undefined) return /[\s,\]}]/.test(next);
  return literals.some((word) => text.endsWith(word));
}
