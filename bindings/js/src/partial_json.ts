// What there is of a JSON text that is still being written.

/**
 * The value that the beginning of a JSON text has so far; undefined before there is any. Texts are as long as they are,
 * lists and objects have what has begun; a number is left out until its end is seen. Throws SyntaxError for what
 * becomes no JSON.
 */
export function parsePartialJson(text: string): unknown {
  return readValue({text, at: 0});
}

interface Reader {
  text: string;
  at: number;
}

function peek(reader: Reader): string | undefined {
  while (/^\s$/.test(reader.text[reader.at] ?? "")) ++reader.at;
  return reader.text[reader.at];
}

function readValue(reader: Reader): unknown {
  const first = peek(reader);
  if (first === '"') return readString(reader).value;
  if (first === "[") return readList(reader);
  if (first === "{") return readObject(reader);
  return readWord(reader);
}

function readList(reader: Reader): unknown[] {
  const list: unknown[] = [];
  do {
    ++reader.at; // behind "[" or ","
    if (peek(reader) === "]") break;
    const value = readValue(reader);
    if (value !== undefined) list.push(value);
  } while (peek(reader) === ",");
  ++reader.at;
  return list;
}

function readObject(reader: Reader): Record<string, unknown> {
  const members: [string, unknown][] = [];
  do {
    ++reader.at; // behind "{" or ","
    if (peek(reader) !== '"') break;
    const key = readString(reader);
    if (!key.whole || peek(reader) !== ":") break;
    ++reader.at;
    const value = readValue(reader);
    if (value !== undefined) members.push([key.value, value]);
  } while (peek(reader) === ",");
  ++reader.at;
  return Object.fromEntries(members);
}

// What is behind the last whole character is left out: the beginning of an escape, half of a pair.
function readString(reader: Reader): {value: string; whole: boolean} {
  const [written] = /^"(?:[^"\\]|\\u[\da-f]{4}|\\[^u])*/i.exec(reader.text.slice(reader.at)) as RegExpExecArray;
  reader.at += written.length;
  const whole = reader.text[reader.at] === '"';
  if (whole) ++reader.at;
  else reader.at = reader.text.length;
  const value = JSON.parse(`${written}"`) as string;
  return {value: whole ? value : value.replace(/[\ud800-\udbff]$/, ""), whole};
}

// A number, true, false or null. Only a word can be seen to be whole where the text ends.
function readWord(reader: Reader): unknown {
  const [written] = /^[^\s,\]}]*/.exec(reader.text.slice(reader.at)) as RegExpExecArray;
  reader.at += written.length;
  const isWord = written === "true" || written === "false" || written === "null";
  return isWord || (written !== "" && reader.at < reader.text.length) ? JSON.parse(written) : undefined;
}
