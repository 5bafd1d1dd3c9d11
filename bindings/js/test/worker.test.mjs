// The worker of a page, which its models share.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {hello, plain} from "./world.mjs";

let world;
before(async () => {
  world = await plain();
});
after(() => world?.close());

test("the worker goes with the last model, and a worker that dies ends its calls", async t => {
  const tab = await world.page(t);
  t.expected = /died for a test/;
  const load = model =>
    tab.evaluate(async model => {
      window[model] = await Gerbil.load(`/models/${model}`, {device: "wasm"});
    }, model);
  await load("nano");
  await load("nano-embed");
  assert.equal(tab.workers().length, 1);
  await tab.evaluate(() => window.nano.dispose());
  assert.equal(tab.workers().length, 1);
  await Promise.all([tab.workers()[0].waitForEvent("close"), tab.evaluate(() => window["nano-embed"].dispose())]);
  assert.equal(tab.workers().length, 0);
  await load("nano");
  assert.equal(tab.workers().length, 1);
  const died = tab.evaluate(() =>
    window.nano.generate("Tell me a story about a fox").then(
      () => null,
      ({code}) => code,
    ),
  );
  await tab.workers()[0].evaluate(() => {
    setTimeout(() => {
      throw new Error("died for a test");
    });
  });
  assert.equal(await died, "internal");
  assert.equal(
    await tab.evaluate(async () => {
      await window.nano.reload();
      return (await window.nano.generate("Hello", {max_tokens: 64})).text;
    }),
    hello,
  );
});
