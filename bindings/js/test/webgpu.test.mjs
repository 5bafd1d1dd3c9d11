// WebGPU, that SwiftShader computes. Its shaders take a minute to compile.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {measureNano} from "./program.mjs";
import {hello, plain} from "./world.mjs";

let world;
before(async () => {
  world = await plain({gpu: true});
});
after(() => world?.close());

test("the same tokens as on the CPU; a lost GPU ends calls, takes no model of the CPU with it, and is got again", async t => {
  const page = await world.page(t);
  page.setDefaultTimeout(0);
  const cpu = await page.evaluate(async () => {
    window.cpu = await Gerbil.load("/models/nano-embed"); // "auto" takes no GPU of software
    const model = await Gerbil.load("/models/nano", {device: "wasm"});
    const {tokens} = await model.generate("Hello", {max_tokens: 64});
    await model.dispose();
    return {tokens, fallback: window.cpu.info().fallback};
  });
  assert.match(cpu.fallback, /software adapter/);
  // Keeps the devices that the worker gets.
  await page.workers()[0].evaluate(() => {
    self.devices = [];
    const {requestDevice} = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...given) {
      const device = await requestDevice.apply(this, given);
      self.devices.push(device);
      return device;
    };
  });
  const gpu = await page.evaluate(async () => {
    window.gpu = await Gerbil.load("/models/nano", {device: "webgpu"});
    const {tokens} = await window.gpu.generate("Hello", {max_tokens: 64});
    const {device, backend, fallback} = window.gpu.info();
    return {tokens, device, backend, fallback};
  });
  assert.equal(gpu.backend, "webgpu");
  assert.equal(gpu.fallback, null);
  assert.match(gpu.device, /swiftshader/i);
  assert.deepEqual(gpu.tokens, cpu.tokens);

  const running = page.evaluate(() =>
    window.gpu.generate("Tell me a story about a fox").then(
      () => "nothing",
      ({code}) => code,
    ),
  );
  await page.workers()[0].evaluate(() => self.devices[0].destroy());
  assert.equal(await running, "device_lost");
  const lost = await page.evaluate(async () => ({
    next: await window.gpu.generate("Hello").then(
      () => "nothing",
      ({code}) => code,
    ),
    cpu: await window.cpu.similarity("a fox", "a fox"),
  }));
  assert.equal(lost.next, "device_lost");
  assert(lost.cpu > 0.99);
  const again = await page.evaluate(async () => {
    await window.gpu.reload();
    return {tokens: (await window.gpu.generate("Hello", {max_tokens: 64})).tokens, backend: window.gpu.info().backend};
  });
  assert.deepEqual(again, {tokens: cpu.tokens, backend: "webgpu"});
});

test("two tabs with one model on the GPU, one behind the other", async t => {
  const pages = [await world.page(t), await world.page(t)];
  for (const page of pages) page.setDefaultTimeout(0);
  await pages[1].bringToFront();
  const run = page =>
    page.evaluate(async () => {
      const model = await Gerbil.load("/models/nano", {device: "webgpu"});
      const {text} = await model.generate("Hello", {max_tokens: 64});
      const {dispatches_per_token, readbacks_per_token} = model.info();
      return {text, dispatches_per_token, readbacks_per_token};
    });
  const told = await Promise.all(pages.map(run));
  const native = measureNano();
  assert.ok(native.dispatches_per_token > 0 && native.readbacks_per_token === 1);
  for (const {text, dispatches_per_token, readbacks_per_token} of told) {
    assert.equal(text, hello);
    assert.equal(dispatches_per_token, native.dispatches_per_token);
    assert.equal(readbacks_per_token, native.readbacks_per_token);
  }
});
