// What models do on a plain page: objects, vectors, conversations, several at once.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {hello, plain} from "./world.mjs";

let world;
before(async () => {
  world = await plain();
});
after(() => world?.close());

test("objects satisfy JSON schemas and Zod's", async t => {
  const made = await (
    await world.page(t)
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
    await world.page(t)
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
    await world.page(t)
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
