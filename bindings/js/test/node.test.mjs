// The package in Node.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import path from "node:path";
import {test} from "node:test";
import {hello, output, root} from "./world.mjs";

// Runs a module in a process of its own, where the package is installed: what it prints, as JSON.
function run(body) {
  const {status, stdout, stderr} = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", `import {Gerbil, GerbilError, listModels} from "gerbil";\n${body}`],
    {
      cwd: output,
      encoding: "utf8",
      env: {...process.env, MODELS: path.join(root, "models")},
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("generates on the CPU, and the process ends by itself", () => {
  const {info, text, pieces} = run(`
    const model = await Gerbil.load(process.env.MODELS + "/nano");
    const pieces = await Array.fromAsync(model.stream("Hello", {max_tokens: 64}));
    const {text} = await model.generate("Hello", {max_tokens: 64});
    console.log(JSON.stringify({info: model.info(), text, pieces}));`);
  assert.equal(info.backend, "wasm");
  assert.equal(info.fallback, null);
  assert.match(info.device, /^CPU, WebAssembly relaxed SIMD/);
  assert.equal(text, "Hello! I am nano, the small model built into gerbil. What can I do for you?");
  assert.equal(pieces.join(""), text);
});

test("two models, relative paths, errors, and storage that is not there", () => {
  const made = run(`
    import {relative} from "node:path";
    import {pathToFileURL} from "node:url";
    const folder = relative(".", process.env.MODELS);
    const embedder = await Gerbil.load(folder + "/nano-embed");
    const model = await Gerbil.load(pathToFileURL(process.env.MODELS + "/nano"));
    const code = (work) => work.then(() => null, (error) => error instanceof GerbilError && error.code);
    const close = await embedder.similarity("Where do foxes dwell?", ["A fox lives in a den.", "The lamp is new."]);
    await embedder.dispose();
    const codes = [await code(Gerbil.load("/nowhere")), await code(Gerbil.load(folder)), await code(embedder.embed("gone")), await code(Gerbil.load([]))];
    const {object} = await model.generateObject("Invent a fox.", {type: "object", properties: {age: {type: "integer", minimum: 0, maximum: 9}}, required: ["age"], additionalProperties: false});
    console.log(JSON.stringify({close, codes, object, stored: await listModels()}));`);
  assert(made.close[0] > 0.6 && made.close[1] < 0.3);
  assert.deepEqual(made.codes, ["not_found", "not_found", "not_found", "invalid_argument"]);
  assert(Number.isInteger(made.object.age));
  assert.deepEqual(made.stored, []);
});

test("what needs more than 4 GiB gets it", () => {
  const {text, bytes, small} = run(`
    const model = await Gerbil.load(process.env.MODELS + "/nano", {cache_tokens: 1_200_000});
    const {text} = await model.generate("Hello", {max_tokens: 64});
    const {wasm_bytes} = await model.statistics();
    const narrow = await Gerbil.load(process.env.MODELS + "/nano");
    const small = (await narrow.statistics()).wasm_bytes;
    console.log(JSON.stringify({text, bytes: wasm_bytes, small}));`);
  assert.equal(text, hello);
  assert.ok(bytes > 2 ** 32, `The module has ${bytes} bytes.`);
  assert.ok(small < 2 ** 30);
});

test("what a request cannot hold is refused, and the model goes on", () => {
  const {codes, text, name, grown} = run(`
    const model = await Gerbil.load(process.env.MODELS + "/nano");
    const code = promise => promise.then(() => "done", ({code, name}) => code ?? name);
    const cyclic = {};
    cyclic.properties = cyclic;
    const codes = await Promise.all([
      code(model.generate("x", {seed: 1n})),
      code(model.generate("x", {max_tokens: NaN})),
      code(model.generate("x", {stop: () => 1})),
      code(model.generate("x", {signal: 5})),
      code(model.generateObject("x", cyclic)),
      code(model.detokenize("x")),
      code(Gerbil.load(process.env.MODELS + "/nano", {context_length: Infinity})),
      code(Gerbil.load(process.env.MODELS + "/nano", {cache_tokens: 2 ** 29})),
    ]);
    const thrown = await code(model.generate("Hello", {onText: () => { throw new RangeError("mine"); }}));
    const before = (await model.statistics()).wasm_bytes;
    for (let i = 0; i < 4; ++i) await Promise.all([model.reload(), model.reload(), model.reload()]);
    const grown = (await model.statistics()).wasm_bytes - before;
    const {text} = await model.generate("Hello", {max_tokens: 64});
    const {name} = model.info();
    const reloading = code(model.reload());
    await model.dispose();
    const after = await code(model.generate("Hello"));
    console.log(JSON.stringify({codes: [...codes, thrown, await reloading, after], text, name, grown}));`);
  const bad = "invalid_argument";
  const gone = "not_found";
  assert.deepEqual(codes, [bad, bad, bad, bad, bad, bad, bad, "out_of_memory", "RangeError", gone, gone]);
  assert.equal(text, hello);
  assert.equal(name, "nano");
  assert.ok(grown < 20e6, `${grown} bytes more after four reloads`);
});

test("a conversation goes on after a stream that was left", () => {
  const {count, text, twice} = run(`
    const model = await Gerbil.load(process.env.MODELS + "/nano");
    const chat = model.chat();
    for await (const piece of chat.stream("Tell me a story about a fox")) break;
    const count = chat.messages.length;
    chat.clear();
    const {text} = await chat.send("Hello", {max_tokens: 64});
    const stream = model.stream("Hello");
    const read = async () => { for await (const piece of stream); };
    const twice = (await Promise.allSettled([read(), read()])).map(({status, reason}) => reason?.code ?? status);
    console.log(JSON.stringify({count, text, twice}));`);
  assert.equal(count, 2);
  assert.equal(text, hello);
  assert.deepEqual(twice, ["fulfilled", "invalid_argument"]);
});
