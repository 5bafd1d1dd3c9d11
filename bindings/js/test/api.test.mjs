// The package on a plain page, without cross-origin isolation and without WebGPU.
import assert from "node:assert/strict";
import path from "node:path";
import {after, before, test} from "node:test";
import {launch, open, output, require, serve} from "./world.mjs";

let server, browser;
before(async () => {
  server = await serve({
    "/gerbil/": path.join(output, "node_modules/gerbil"),
    "/zod/": path.join(output, "node_modules/zod"),
    "/": path.join(import.meta.dirname, "apps/plain"),
  });
  browser = await launch({gpu: false});
});
after(async () => {
  await browser?.close();
  server?.close();
});
async function page(t) {
  const page = await open(t, browser, server.address);
  await page.waitForFunction(() => window.ready);
  return page;
}

const hello = "Hello! I am nano, the small model built into gerbil. What can I do for you?";

test("loads, tells of it, and says what was loaded", async t => {
  const {told, info} = await (
    await page(t)
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
  assert.match(info.device, /^CPU, WebAssembly SIMD, 1 thread$/);
  assert.match(info.fallback, /WebGPU|GPU/);
  assert.deepEqual(info.tasks, ["generate", "embed", "rank"]);
  assert.deepEqual(info.warnings, []);
  assert.equal(info.has_chat_template, true);
});

test("generates, streams, and what ends early is cancelled", async t => {
  const made = await (
    await page(t)
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
    await page(t)
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
    await page(t)
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

test("objects satisfy JSON schemas and Zod's", async t => {
  const made = await (
    await page(t)
  ).evaluate(async () => {
    const {z} = await import("/zod/v4/index.js");
    const model = await Gerbil.load("/models/nano", {device: "wasm"});
    const name = {type: "string", maxLength: 12};
    const plain = {
      type: "object",
      properties: {name, age: {type: "integer", minimum: 0, maximum: 20}},
      required: ["name", "age"],
      additionalProperties: false,
    };
    const {object, finish_reason} = await model.generateObject("Invent a fox.", plain);
    const fox = z.strictObject({name: z.string().max(12), kind: z.enum(["red", "grey"])});
    const typed = await model.generateObject([{role: "user", content: "Invent a fox."}], fox);
    const changed = await model.generateObject(
      "Invent a fox.",
      z.strictObject({kind: z.enum(["red"]).transform(kind => kind.length)}),
    );
    const stricter = z.strictObject({kind: z.enum(["red", "grey"]).refine(() => false, "Never right")});
    const code = work =>
      work.then(
        () => null,
        ({code, message}) => `${code}: ${message}`,
      );
    return {
      object,
      finish_reason,
      typed: fox.parse(typed.object),
      changed: changed.object,
      stricter: await code(model.generateObject("Invent a fox.", stricter)),
      cut: await code(model.generateObject("Invent a fox.", plain, {max_tokens: 3, enable_thinking: false})),
    };
  });
  assert.deepEqual(Object.keys(made.object), ["name", "age"]);
  assert(made.object.name.length <= 12 && Number.isInteger(made.object.age));
  assert.equal(made.finish_reason, "stop");
  assert.deepEqual(Object.keys(made.typed), ["name", "kind"]);
  assert.deepEqual(made.changed, {kind: 3});
  assert.match(made.stricter, /^invalid_argument: .*kind: Never right/);
  assert.match(made.cut, /^context_full: /);
});

test("vectors, similarity, ranking, tokens, prompts, logits", async t => {
  const made = await (
    await page(t)
  ).evaluate(async () => {
    const [embedder, model] = await Promise.all([Gerbil.load("/models/nano-embed"), Gerbil.load("/models/nano")]);
    const texts = ["A fox lives in a den.", "The lamp is new."];
    const {embeddings, dimensions, tokens} = await embedder.embed(texts);
    const many = await embedder.similarity("Where do foxes dwell?", texts);
    const one = await embedder.similarity("Where do foxes dwell?", texts[0]);
    const ids = await model.tokenize("Hello you", {add_special: false});
    const logits = await model.logits(ids);
    return {
      lengths: embeddings.map(vector => vector.length),
      dimensions,
      tokens,
      many,
      one,
      typed: embeddings[0] instanceof Float32Array,
      none: (await embedder.embed([])).embeddings.length,
      text: await model.detokenize(ids),
      prompt: await model.render("Hi"),
      rows: logits.length / model.info().vocabulary_size,
      scores: (await model.rerank("foxes", texts)).scores,
    };
  });
  assert.deepEqual(made.lengths, [made.dimensions, made.dimensions]);
  assert(made.tokens > 8 && made.typed);
  assert(made.many[0] > 0.6 && made.many[1] < 0.3);
  assert.equal(made.one, made.many[0]);
  assert.equal(made.none, 0);
  assert.equal(made.text, "Hello you");
  assert.match(made.prompt, /user\nHi<\|im_end\|>/);
  assert.equal(made.rows, 2);
  assert.equal(made.scores.length, 2);
});

test("a conversation remembers, many calls run at once, a model is loaded again, files that were chosen", async t => {
  const made = await (
    await page(t)
  ).evaluate(async () => {
    const model = await Gerbil.load("/models/nano", {device: "wasm", context_length: 512});
    const chat = model.chat("You are brief.");
    await chat.send("Hello", {max_tokens: 64});
    for await (const _ of chat.stream("And you?", {max_tokens: 64}));
    const together = await Promise.all(Array.from({length: 8}, () => model.generate("Hello", {max_tokens: 64})));
    const names = [
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ];
    const files = await Promise.all(
      names.map(async name => new File([await (await fetch(`/models/nano/${name}`)).blob()], name)),
    );
    await model.reload();
    const again = await model.generate("Hello", {max_tokens: 64});
    const chosen = await Gerbil.load(files, {device: "wasm"});
    const stored = await listModels();
    return {
      roles: chat.messages.map(({role}) => role),
      together: together.map(({text}) => text),
      again: again.text,
      context: model.info().context_length,
      chosen: (await chosen.generate("Hello", {max_tokens: 64})).text,
      stored: stored.map(({complete}) => complete),
    };
  });
  assert.deepEqual(made.roles, ["system", "user", "assistant", "user", "assistant"]);
  assert.deepEqual(new Set(made.together), new Set([hello]));
  assert.equal(made.again, hello);
  assert.equal(made.chosen, hello);
  assert.equal(made.context, 512);
  assert.deepEqual(made.stored, [true]);
});

test("the worker goes with the last model, and a worker that dies ends its calls", async t => {
  const tab = await page(t);
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
