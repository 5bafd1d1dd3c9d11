// What the tests of parity need: a browser, and jobs for the core in it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {after, before} from "node:test";
import {prompts} from "./program.mjs";
import {launch, root, serve} from "./world.mjs";

const goldens = path.join(root, "tests/fixtures/goldens");

export let server;
let browser;
export let page;
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

export const run = (request, where = page) =>
  where.evaluate(request => window.run(request), {gpu: false, threads: 1, wasm: "gerbil.relaxed", ...request});

function goldenJob({folder, config, logits, tokens, context_length, quantize_bits, group_size}) {
  const names = fs.readdirSync(path.join(goldens, folder)).filter(name => name.startsWith("model"));
  const files = Object.fromEntries(names.map(name => [name, `/goldens/${folder}/${name}`]));
  files["config.json"] = `/goldens/${folder}/${config}`;
  const load = {exact: true, context_length, quantize: quantize_bits ? `int${quantize_bits}` : "none", group_size};
  return {files, load, method: "logits", request: {tokens}, expected: `/goldens/${folder}/${logits}`};
}

export const {cases} = JSON.parse(fs.readFileSync(path.join(goldens, "manifest.json")));

export async function compareGoldens(chosen, request) {
  const differences = await run({...request, jobs: chosen.map(goldenJob)});
  for (const [i, {name, tolerance}] of chosen.entries())
    assert.ok(differences[i] < tolerance, `${name} differs by ${differences[i]}, which should be below ${tolerance}`);
}

const nano = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

export async function tokensInPage(request, exact, where = page) {
  const files = Object.fromEntries(nano.map(name => [name, `/models/nano/${name}`]));
  const job = prompt => ({files, load: {exact}, method: "generate", request: {prompt, max_tokens: 48}});
  return (await run({...request, jobs: prompts.map(job)}, where)).map(({tokens}) => tokens);
}
