// Tabs that share a model, in Chromium.
import assert from "node:assert/strict";
import {test} from "node:test";
import {hashOf, random} from "./hub.mjs";
import {gate, inChromium, until} from "./world.mjs";

const world = inChromium();

test("two tabs read a model at once where one at a time can open its files", async () => {
  const files = random(3 << 20);
  world.models["org/exclusive"] = {files};
  for (const {call} of [await world.newPage(), await world.newPage()]) {
    await call("withoutModes");
    await call("open", "a", "org/exclusive", world.opening());
    assert.equal(await call("hash", "a", "model.safetensors", true), hashOf(files["model.safetensors"]));
  }
});

test("two tabs download a model once", async () => {
  const files = random(20 << 20);
  const stop = gate();
  world.models["org/shared"] = {files, behave: file => file === "model.safetensors" ? {until: at => at >= 12 << 20 ? stop.opened : undefined} : {}};
  const first = await world.newPage();
  const second = await world.newPage();
  const one = first.call("open", "a", "org/shared", world.opening());
  await until(() => first.seen.length > 0, one);
  const two = second.call("open", "a", "org/shared", world.opening());
  await until(() => first.seen.some(({value}) => value.done >= 8 << 20), one);
  stop.open();
  await one;
  const opened = await two;
  assert.ok(opened.told.length > 0 && opened.told.every(progress => progress.elsewhere));
  assert.equal(await first.call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.equal(await second.call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.equal(world.servers.log.filter(({path}) => path === "config.json").length, 1);

  await first.call("close", "a");
  await assert.rejects(first.call("deleteModel", "org/shared"), {code: "unavailable", message: /'org\/shared@main' is in use/});
  await second.call("close", "a");
  assert.equal(await first.call("deleteModel", "org/shared"), true);
  assert.equal(await first.call("deleteModel", "org/shared"), false);
  assert.deepEqual(await first.call("listModels"), []);
});

test("a tab goes on where another one that downloaded was closed", async () => {
  const files = random(20 << 20);
  const stop = gate();
  world.models["org/left"] = {files, behave: file => file === "model.safetensors" ? {until: at => at >= 12 << 20 ? stop.opened : undefined} : {}};
  const first = await world.newPage();
  const second = await world.newPage();
  const one = first.call("open", "a", "org/left", world.opening());
  await until(() => first.seen.some(({value}) => value.done >= 8 << 20), one);
  const two = second.call("open", "a", "org/left", world.opening());
  world.models["org/left"].behave = undefined;
  await Promise.all([assert.rejects(one), first.page.close()]);
  stop.open();
  await two;
  assert.equal(await second.call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
});
