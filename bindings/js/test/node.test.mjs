// The package in Node.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import path from "node:path";
import {test} from "node:test";
import {output, root} from "./world.mjs";

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
