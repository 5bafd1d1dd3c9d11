// Parts that need no engine.
import assert from "node:assert/strict";
import path from "node:path";
import {test} from "node:test";
import {pathToFileURL} from "node:url";
import {output, require} from "./world.mjs";

const load = name => import(pathToFileURL(path.join(output, "node_modules/gerbil/dist", name)));
const {parsePartialJson} = await load("partial_json.js");
const {jsonSchemaOf, validated} = await load("schema.js");
const {makeTextStream} = await load("text_stream.js");
const {makeChat} = await load("chat.js");
const {cosine} = await load("vectors.js");

// Whether `part` may become `whole`: texts begin alike, lists and objects have a part of what there will be.
function grows(part, whole) {
  if (part === undefined) return true;
  if (typeof part === "string") return typeof whole === "string" && whole.startsWith(part);
  if (Array.isArray(part))
    return Array.isArray(whole) && part.length <= whole.length && part.every((item, i) => grows(item, whole[i]));
  if (part && typeof part === "object")
    return Object.keys(part).every(key => key in whole && grows(part[key], whole[key]));
  return part === whole;
}

test("every beginning of a JSON text is a part of its value", () => {
  for (const value of [
    {name: 'Ada "L\\', age: 36, pets: [], "a:b,c": {deep: [[1.5e-3, -2], {}, null, true]}, last: false},
    [1, 22, 333, "x\u00e9\u20ac\ud83e\udd8a\n\t"],
    "only a text",
    {"": [{a: {b: {c: "d"}}}]},
  ])
    for (const text of [
      JSON.stringify(value),
      JSON.stringify(value, null, 2),
      JSON.stringify(value).replaceAll("\u00e9", "\\u00e9"),
    ])
      for (let length = 0; length <= text.length; ++length) {
        const part = parsePartialJson(text.slice(0, length));
        assert(grows(part, value), `${text.slice(0, length)} became ${JSON.stringify(part)}`);
        if (length === text.length) assert.deepEqual(part, value);
      }
  assert.deepEqual(parsePartialJson('{"name": "A'), {name: "A"});
  assert.deepEqual(parsePartialJson('{"pets": ["cat", "d'), {pets: ["cat", "d"]});
  assert.deepEqual(parsePartialJson('{"age": 3'), {}); // 36, perhaps
  assert.equal(parsePartialJson(""), undefined);
  assert.equal(parsePartialJson("12"), undefined); // so it is read once it is whole
});

test("schemas are JSON schemas, or validators that say theirs", async () => {
  const {z} = require("zod");
  const person = z.object({
    name: z.string(),
    age: z
      .int()
      .min(0)
      .max(150)
      .transform(age => age + 1),
  });
  const schema = jsonSchemaOf(person);
  assert.deepEqual(schema.required, ["name", "age"]);
  assert.equal(schema.properties.age.maximum, 150);
  assert.deepEqual(await validated(person, {name: "Ada", age: 35}), {name: "Ada", age: 36});
  await assert.rejects(validated(person, {name: "Ada", age: 200}), {code: "invalid_argument", message: /age/});
  assert.deepEqual(jsonSchemaOf({type: "string"}), {type: "string"});
  const valibot = require("valibot");
  assert.throws(() => jsonSchemaOf(valibot.object({})), {code: "invalid_argument", message: /valibot.*jsonSchema/});
});

test("a stream gives what was pushed, and its end", async () => {
  const {promise, resolve} = Promise.withResolvers();
  let push;
  const stream = makeTextStream(given => ((push = given), {result: promise, cancel() {}}));
  const read = Array.fromAsync(stream);
  push("a");
  await null;
  push("b");
  resolve({text: "ab"});
  assert.equal((await read).join(""), "ab");
  assert.deepEqual(await stream.result, {text: "ab"});
});

test("a stream that is left is cancelled, one that was read is not", async () => {
  for (const leave of [true, false]) {
    let cancelled = 0;
    const {promise, resolve} = Promise.withResolvers();
    const stream = makeTextStream(push => (push("a"), {result: promise, cancel: () => (++cancelled, resolve({}))}));
    if (!leave) resolve({});
    for await (const piece of stream) {
      assert.equal(piece, "a");
      if (leave) break;
    }
    assert.equal(cancelled, leave ? 1 : 0);
  }
});

test("a stream rejects as its result does", async () => {
  const stream = makeTextStream(() => ({result: Promise.reject(new Error("no")), cancel() {}}));
  await assert.rejects(Array.fromAsync(stream), /no/);
  await assert.rejects(stream.result, /no/);
});

test("a conversation remembers answers, and is unchanged by an error", async () => {
  const asked = [];
  const answers = [{text: "Hello.", reasoning: "hm"}, new Error("no"), {text: "", tool_calls: [{id: "1"}]}];
  const chat = makeChat(messages => {
    asked.push(messages.length);
    const answer = answers.shift();
    const result = answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    return makeTextStream(() => ({result, cancel() {}}));
  }, "Be brief.");
  const first = chat.send("Hi");
  await assert.rejects(chat.send("and?"), {code: "invalid_argument"});
  await first;
  await assert.rejects(chat.send("More"), /no/);
  await chat.send("Again");
  assert.deepEqual(asked, [2, 4, 4]);
  assert.deepEqual(
    chat.messages.map(({role}) => role),
    ["system", "user", "assistant", "user", "assistant"],
  );
  assert.deepEqual(chat.messages[2], {role: "assistant", content: "Hello."});
  assert.equal(chat.messages[4].tool_calls.length, 1);
  chat.clear();
  assert.deepEqual(chat.messages, [{role: "system", content: "Be brief."}]);
});

test("cosines", () => {
  assert.equal(cosine(new Float32Array([1, 0]), new Float32Array([0, 2])), 0);
  assert.equal(cosine(new Float32Array([3, 4]), new Float32Array([6, 8])), 1);
  assert.equal(cosine(new Float32Array(2), new Float32Array([6, 8])), 0);
});
