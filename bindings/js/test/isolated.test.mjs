// A page that is cross-origin isolated: threads.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {hello, plain} from "./world.mjs";

let world;
before(async () => {
  world = await plain({isolated: true});
});
after(() => world?.close());

test("several threads, several models, loaded again", async t => {
  const page = await world.page(t);
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
    `CPU, WebAssembly relaxed SIMD, ${Math.min(made.cores, 8)} threads`,
    "CPU, WebAssembly relaxed SIMD, 1 thread",
  ]);
  assert(made.similarity[0] > 0.6 && made.similarity[1] < 0.3);
  assert.deepEqual(new Set(made.answers), new Set([hello]));
});
