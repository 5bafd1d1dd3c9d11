// The engine in a page says what it says natively: logits of the goldens within their bounds, and nano's tokens one by
// one on WebGPU, on WebAssembly with and without threads, and in the program that GERBIL names, on Dawn and on its CPU.
// Chromium computes on SwiftShader, without shader-f16, Firefox on lavapipe, without subgroups.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {after, before, test} from "node:test";
import {launchFirefox} from "./storage/firefox.mjs";
import {launch, root, serve} from "./world.mjs";

const program = process.env.GERBIL ?? path.join(root, "build/release/bin/gerbil");
const goldens = path.join(root, "tests/fixtures/goldens");
// Every kernel takes SwiftShader a second to compile: on WebGPU a few that have most operations.
const onWebGpu = process.env.GERBIL_ALL_KERNELS ? ["llama_config", "gemma3_config", "qwen3_5_config"] : ["llama_config"];
const prompts = ["Tell me a story about a fox", "What is two plus three?", "Where do the owls live?"];

let server;
let browser;
let page;
before(async () => {
  server = await serve(
    {"/": path.join(root, "bindings/js/test/pages"), "/core/": path.join(root, "build/js/dist/core"), "/goldens/": goldens},
    {isolated: true},
  );
  browser = await launch();
  page = await browser.newPage();
  await page.goto(`${server.address}/parity.html`);
});
after(async () => {
  await browser?.close();
  server?.close();
});

const run = (request, where = page) =>
  where.evaluate(request => window.run(request), {gpu: false, threads: 1, wasm: "gerbil.relaxed", ...request});

function goldenJob({folder, config, logits, tokens, context_length, quantize_bits, group_size}) {
  const names = fs.readdirSync(path.join(goldens, folder)).filter(name => name.startsWith("model"));
  const files = Object.fromEntries(names.map(name => [name, `/goldens/${folder}/${name}`]));
  files["config.json"] = `/goldens/${folder}/${config}`;
  const load = {exact: true, context_length, quantize: quantize_bits ? `int${quantize_bits}` : "none", group_size};
  return {files, load, method: "logits", request: {tokens}, expected: `/goldens/${folder}/${logits}`};
}

const {cases} = JSON.parse(fs.readFileSync(path.join(goldens, "manifest.json")));

async function compareGoldens(chosen, request) {
  const differences = await run({...request, jobs: chosen.map(goldenJob)});
  for (const [i, {name, tolerance}] of chosen.entries())
    assert.ok(differences[i] < tolerance, `${name} differs by ${differences[i]}, which should be below ${tolerance}`);
}

for (const wasm of ["gerbil", "gerbil.relaxed"])
  test(`the logits of every golden on ${wasm}.wasm`, () => compareGoldens(cases, {wasm}));

test("the logits of goldens on WebGPU", () => {
  const chosen = cases.filter(({name}) => onWebGpu.includes(name));
  assert.equal(chosen.length, onWebGpu.length);
  return compareGoldens(chosen, {gpu: true});
});

const nano = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

async function tokensInPage(request, exact, where = page) {
  const files = Object.fromEntries(nano.map(name => [name, `/models/nano/${name}`]));
  const job = prompt => ({files, load: {exact}, method: "generate", request: {prompt, max_tokens: 48}});
  return (await run({...request, jobs: prompts.map(job)}, where)).map(({tokens}) => tokens);
}

function tokensOfProgram(device, exact) {
  const options = ["--device", device, "--max-tokens", "48", "--temperature", "0", "--json", ...(exact ? ["--exact"] : [])];
  return prompts.map(
    prompt => JSON.parse(execFileSync(program, ["run", path.join(root, "models/nano"), prompt, ...options])).tokens,
  );
}

test("nano's tokens are the same on WebGPU, WebAssembly, Dawn and the CPU", async () => {
  const expected = tokensOfProgram("cpu", true);
  assert.ok(expected.every(tokens => tokens.length > 5));
  assert.deepEqual(tokensOfProgram("webgpu", true), expected, "Dawn");
  assert.deepEqual(await tokensInPage({wasm: "gerbil"}, true), expected, "WebAssembly");
  assert.deepEqual(await tokensInPage({}, true), expected, "WebAssembly with relaxed SIMD");
  assert.deepEqual(await tokensInPage({threads: 2}, true), expected, "WebAssembly with threads");
  assert.deepEqual(await tokensInPage({gpu: true}, true), expected, "WebGPU");
});

// Fused sums of relaxed SIMD round otherwise, which decides between two words that are equally likely.
test("with quantised activations WebAssembly answers as the CPU does", async () => {
  assert.deepEqual(await tokensInPage({wasm: "gerbil"}, false), tokensOfProgram("cpu", false));
});

test("weights go to the GPU as they are read", async () => {
  const {checkpoint, memory} = await page.evaluate(() => window.run({}, "memory.js"));
  assert.ok(checkpoint > 330e6);
  assert.ok(memory < 100e6, `The module has ${memory} bytes after a checkpoint of ${checkpoint}.`);
});

test("Firefox computes the same", async t => {
  const names = ["dom.webgpu.enabled", "dom.webgpu.workers.enabled", "gfx.webgpu.ignore-blocklist"];
  const firefox = await launchFirefox(t, Object.fromEntries(names.map(name => [name, true])));
  const tab = await firefox.newPage();
  await tab.goto(`${server.address}/parity.html`);
  const expected = tokensOfProgram("cpu", true);
  assert.deepEqual(await tokensInPage({threads: 1}, true, tab), expected, "WebAssembly");
  assert.deepEqual(await tokensInPage({threads: 2}, true, tab), expected, "WebAssembly with threads");
  assert.deepEqual(await tokensInPage({gpu: true}, true, tab), expected, "WebGPU");
});
