// The package on a plain page, without cross-origin isolation and without WebGPU.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {hello, plain} from "./world.mjs";

let world;
before(async () => {
  world = await plain();
});
after(() => world?.close());

test("loads, tells of it, and says what was loaded", async t => {
  const {told, info} = await (
    await world.page(t)
  ).evaluate(async () => {
    const told = [];
    const model = await Gerbil.load("/models/nano", {onProgress: progress => told.push(progress)});
    return {told, info: model.info()};
  });
  for (const stage of ["download", "load"]) {
    const last = told.findLast(progress => (progress.stage ?? "download") === stage);
    assert(last.total > 3e6);
    assert.equal(last.done, last.total);
  }
  assert.equal(info.backend, "wasm");
  assert.match(info.device, /^CPU, WebAssembly relaxed SIMD, 1 thread$/);
  assert.match(info.fallback, /WebGPU|GPU/);
  assert.deepEqual(info.tasks, ["generate", "embed", "rank"]);
  assert.deepEqual(info.warnings, []);
  assert.equal(info.has_chat_template, true);
});

test("generates, streams, and what ends early is cancelled", async t => {
  const made = await (
    await world.page(t)
  ).evaluate(async () => {
    const model = await Gerbil.load(new URL("/models/nano/", location.href), {device: "wasm"});
    const whole = await model.generate("Hello", {max_tokens: 64});
    const heard = {text: "", reasoning: ""};
    const stream = model.stream([{role: "user", content: "Hello"}], {
      max_tokens: 64,
      onText: (piece, reasoning) => (heard[reasoning ? "reasoning" : "text"] += piece),
    });
    const pieces = await Array.fromAsync(stream);
    const left = model.stream("Tell me a story about a fox");
    for await (const _ of left) break;
    const ended = model.stream("Tell me a story about a fox");
    setTimeout(ended.cancel, 50);
    return {
      whole,
      heard,
      pieces,
      same: (await stream.result).text,
      left: await left.result,
      ended: await ended.result,
      info: model.info(),
    };
  });
  assert.equal(made.whole.text, hello);
  assert.equal(made.whole.finish_reason, "stop");
  assert(made.whole.reasoning.length > 0 && made.whole.timings.decode_tokens_per_second > 0);
  assert.equal(made.pieces.join(""), hello);
  assert(made.pieces.length > 1);
  assert.deepEqual(made.heard, {text: made.whole.text, reasoning: "\n" + made.whole.reasoning.trimStart()});
  assert.equal(made.same, hello);
  assert.equal(made.left.finish_reason, "cancelled");
  assert.equal(made.ended.finish_reason, "cancelled");
  assert.equal(made.info.fallback, null);
});

test("a signal ends every call with its reason", async t => {
  const made = await (
    await world.page(t)
  ).evaluate(async () => {
    const reason = async work =>
      work.then(
        () => "nothing",
        error => String(error),
      );
    const early = await reason(Gerbil.load("/models/nano", {signal: AbortSignal.abort(new Error("not now"))}));
    const control = new AbortController();
    const loading = reason(
      Gerbil.load("/models/nano", {
        signal: control.signal,
        onProgress: () => control.abort(new Error("changed my mind")),
      }),
    );
    const model = await Gerbil.load("/models/nano");
    const signalled = ms => AbortSignal.timeout(ms);
    return {
      early,
      loading: await loading,
      generate: await reason(model.generate("Tell me a story about a fox", {signal: signalled(40)})),
      stream: await reason(Array.fromAsync(model.stream("Tell me a story about a fox", {signal: signalled(40)}))),
      embed: await reason(model.embed(Array(2000).fill("A long text about foxes."), {signal: signalled(40)})),
      after: (await model.generate("Hello", {max_tokens: 64})).text,
      statistics: await model.statistics(),
    };
  });
  assert.equal(made.early, "Error: not now");
  assert.equal(made.loading, "Error: changed my mind");
  for (const call of ["generate", "stream", "embed"]) assert.match(made[call], /TimeoutError/);
  assert.equal(made.after, hello);
  assert.equal(made.statistics.running, 0);
});

test("errors have a code and a sentence", async t => {
  const made = await (
    await world.page(t)
  ).evaluate(async () => {
    const error = async work =>
      work().then(
        () => null,
        ({name, code, message}) => ({name, code, message}),
      );
    const model = await Gerbil.load("/models/nano-embed", {device: "wasm"});
    const gone = await Gerbil.load("/models/nano", {device: "wasm"});
    const open = error(() => gone.generate("Tell me a story about a fox"));
    await gone.dispose();
    await gone.dispose();
    return [
      await error(() => Gerbil.load("nonsense nonsense")),
      await error(() => Gerbil.load("/models/none")),
      await error(() => Gerbil.load("/models/nano", {device: "webgpu"})),
      await error(() => Gerbil.load("/models/nano", {context_length: -1})),
      await error(() => model.generate("Hello")),
      await error(() => model.embed("Hello", {dimensions: "many"})),
      await error(() => model.embed("Hello", {unknown: 1})),
      await open,
      await error(() => gone.generate("Hello")),
    ];
  });
  const codes = [
    "invalid_argument",
    "not_found",
    "unsupported",
    "invalid_argument",
    "unsupported",
    "invalid_argument",
    "invalid_argument",
    "cancelled",
    "not_found",
  ];
  assert.deepEqual(
    made.map(({code}) => code),
    codes,
  );
  for (const {name, message} of made) {
    assert.equal(name, "GerbilError");
    assert.match(message, /^\S.*[.!]$/s);
  }
});

test("a worker that fails takes its models with it, and no others", async t => {
  t.expected = /stopped here/;
  const page = await world.page(t);
  await page.evaluate(async () => {
    window.first = await Gerbil.load("/models/nano-embed", {device: "wasm"});
  });
  const ended = page.workers()[0].waitForEvent("close");
  await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("stopped here"); }));
  await ended;
  const made = await page.evaluate(async () => {
    const second = await Gerbil.load("/models/nano-embed", {device: "wasm"});
    const lost = await first.embed("Hello").catch(({code, message}) => ({code, message}));
    await first.dispose();
    return {lost, same: await second.similarity("a fox", "a fox")};
  });
  assert.equal(made.lost.code, "internal");
  assert.match(made.lost.message, /stopped/);
  assert(made.same > 0.99);
});
