// A page that is cross-origin isolated: threads.
import assert from "node:assert/strict";
import path from "node:path";
import {after, before, test} from "node:test";
import {launch, open, output, serve} from "./world.mjs";

let server, browser;
before(async () => {
  server = await serve(
    {"/gerbil/": path.join(output, "node_modules/gerbil"), "/": path.join(import.meta.dirname, "apps/plain")},
    {isolated: true},
  );
  browser = await launch({gpu: false});
});
after(async () => {
  await browser?.close();
  server?.close();
});

test("several threads, several models, loaded again", async t => {
  const page = await open(t, browser, server.address);
  await page.waitForFunction(() => window.ready);
  const made = await page.evaluate(async () => {
    const model = await Gerbil.load("/models/nano", {device: "wasm"});
    const embedder = await Gerbil.load("/models/nano-embed", {device: "wasm"});
    const similarity = await embedder.similarity("Where do foxes dwell?", [
      "A fox lives in a den.",
      "The lamp is new.",
    ]);
    const first = await model.generate("Hello", {max_tokens: 64});
    await embedder.dispose();
    await model.reload();
    const second = await model.generate("Hello", {max_tokens: 64});
    const single = await Gerbil.load("/models/nano", {device: "wasm", threads: 1});
    const devices = [model.info().device, single.info().device];
    return {
      devices,
      similarity,
      answers: [first.text, second.text, (await single.generate("Hello", {max_tokens: 64})).text],
      cores: navigator.hardwareConcurrency,
    };
  });
  assert.deepEqual(made.devices, [
    `CPU, WebAssembly SIMD, ${Math.min(made.cores, 8)} threads`,
    "CPU, WebAssembly SIMD, 1 thread",
  ]);
  assert(made.similarity[0] > 0.6 && made.similarity[1] < 0.3);
  assert.deepEqual(
    new Set(made.answers),
    new Set(["Hello! I am nano, the small model built into gerbil. What can I do for you?"]),
  );
});
