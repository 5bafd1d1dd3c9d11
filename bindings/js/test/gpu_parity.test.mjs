// The engine on a page's GPU says what it says natively: logits of goldens within their bounds, and nano's tokens one by
// one as WebAssembly, Dawn and the CPU have them. Chromium computes on SwiftShader, without shader-f16, Firefox on
// lavapipe, without subgroups.
import assert from "node:assert/strict";
import {test} from "node:test";
import {cases, compareGoldens, page, server, tokensInPage} from "./parity.mjs";
import {tokensOfProgram} from "./program.mjs";
import {launchFirefox} from "./storage/firefox.mjs";

// Every kernel takes SwiftShader a second to compile: on WebGPU a few that have most operations.
const onWebGpu = process.env.GERBIL_ALL_KERNELS ? ["llama_config", "gemma3_config", "qwen3_5_config"] : ["llama_config"];

test("the logits of goldens on WebGPU", () => {
  const chosen = cases.filter(({name}) => onWebGpu.includes(name));
  assert.equal(chosen.length, onWebGpu.length);
  return compareGoldens(chosen, {gpu: true});
});

test("nano's tokens are the same on WebGPU, WebAssembly, Dawn and the CPU", async () => {
  const expected = tokensOfProgram("cpu", true);
  assert.ok(expected.every(tokens => tokens.length > 5));
  assert.deepEqual(tokensOfProgram("webgpu", true), expected, "Dawn");
  assert.deepEqual(await tokensInPage({wasm: "gerbil"}, true), expected, "WebAssembly");
  assert.deepEqual(await tokensInPage({}, true), expected, "WebAssembly with relaxed SIMD");
  assert.deepEqual(await tokensInPage({threads: 2}, true), expected, "WebAssembly with threads");
  assert.deepEqual(await tokensInPage({wasm: "gerbil.memory64", threads: 2}, true), expected, "WebAssembly with memory64");
  assert.deepEqual(await tokensInPage({gpu: true}, true), expected, "WebGPU");
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
