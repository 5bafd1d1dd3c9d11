// The AI SDK on an engine in this process, and on `gerbil serve`: GERBIL names the program.
import assert from "node:assert/strict";
import path from "node:path";
import {after, before, describe, test} from "node:test";
import {pathToFileURL} from "node:url";
import {gerbilServe} from "./apps.mjs";
import {hello, output, require, root} from "./world.mjs";

const resolve = name => import(pathToFileURL(require.resolve(name)));
const {embedMany, generateText, Output, stepCountIs, streamText, tool} = await resolve("ai");
const {z} = await resolve("zod");
const {Gerbil} = await import(pathToFileURL(path.join(output, "node_modules/gerbil/dist/index.node.js")));
const {createGerbil} = await import(pathToFileURL(path.join(output, "node_modules/gerbil/dist/ai-sdk/index.js")));

const models = path.join(root, "models");
const places = {
  async engine() {
    const loaded = [];
    const engine = id => {
      loaded.push(id);
      return Gerbil.load(path.join(models, id));
    };
    return {provider: createGerbil({engine}), loaded, close() {}};
  },
  async server() {
    const {address, close} = await gerbilServe(path.join(models, "nano"), path.join(models, "nano-embed"));
    return {provider: createGerbil({baseURL: `${address}/v1`}), close};
  },
};

for (const [place, start] of Object.entries(places))
  describe(place, () => {
    let provider, loaded, close;
    before(async () => {
      ({provider, loaded, close} = await start());
    });
    after(() => close());

    test("generateText", async () => {
      const {text, reasoningText, finishReason, usage, warnings} = await generateText({
        model: provider("nano"),
        prompt: "Hello",
        maxOutputTokens: 64,
      });
      assert.equal(text, hello);
      assert(reasoningText.length > 0);
      assert.equal(finishReason, "stop");
      assert(usage.inputTokens > 5 && usage.outputTokens > 20 && usage.outputTokenDetails.reasoningTokens > 0);
      assert.deepEqual(warnings ?? [], []);
    });

    test("streamText, to its end and left early", async () => {
      const whole = streamText({
        model: provider("nano"),
        instructions: "You are brief.",
        prompt: "Hello",
        maxOutputTokens: 64,
      });
      const pieces = await Array.fromAsync(whole.textStream);
      assert(pieces.length > 1);
      assert.equal(pieces.join(""), await whole.text);
      assert.equal(await whole.finishReason, "stop");
      const control = new AbortController();
      const left = streamText({
        model: provider("nano"),
        prompt: "Tell me a story about a fox",
        abortSignal: control.signal,
      });
      const types = [];
      for await (const part of left.fullStream) {
        types.push(part.type);
        if (part.type === "text-delta") control.abort();
      }
      assert.equal(types.at(-1), "abort");
    });

    test("objects that satisfy a schema", async () => {
      const schema = z.object({name: z.string().max(12), age: z.int().min(0).max(20)});
      const {output} = await generateText({
        model: provider("nano"),
        prompt: "Invent a fox.",
        output: Output.object({schema}),
      });
      assert.deepEqual(Object.keys(output), ["name", "age"]);
      const partial = streamText({model: provider("nano"), prompt: "Invent a fox.", output: Output.object({schema})});
      assert.deepEqual((await Array.fromAsync(partial.partialOutputStream)).at(-1), output);
    });

    test("tools are called, and their results answered", async () => {
      const asked = [];
      const weather = tool({
        description: "Says the weather",
        inputSchema: z.object({city: z.enum(["Bern", "Rome"])}),
        execute: ({city}) => (asked.push(city), {sky: "clear"}),
      });
      const {steps} = await generateText({
        model: provider("nano"),
        prompt: "What is the weather in Bern?",
        tools: {weather},
        maxOutputTokens: 128,
        stopWhen: stepCountIs(2),
        prepareStep: ({stepNumber}) => ({toolChoice: stepNumber === 0 ? "required" : "none"}),
      });
      assert.equal(asked.length, 1);
      assert.equal(steps[0].finishReason, "tool-calls");
      assert.equal(steps[0].toolCalls[0].toolName, "weather");
      assert.equal(steps.length, 2);
      assert.deepEqual(steps[1].toolCalls, []);
      const parts = await Array.fromAsync(
        streamText({
          model: provider("nano"),
          prompt: "What is the weather?",
          tools: {weather: {...weather, execute: undefined}},
          toolChoice: "required",
          maxOutputTokens: 128,
        }).fullStream,
      );
      const deltas = parts
        .filter(({type}) => type === "tool-input-delta")
        .map(({delta}) => delta)
        .join("");
      assert.deepEqual(JSON.parse(deltas), parts.find(({type}) => type === "tool-call").input);
    });

    test("embedMany", async () => {
      const {embeddings, usage} = await embedMany({
        model: provider.embeddingModel("nano-embed"),
        values: ["A fox runs.", "Stocks fell."],
      });
      assert.equal(embeddings.length, 2);
      assert(embeddings[0].every(Number.isFinite) && embeddings[0].length === embeddings[1].length);
      assert(usage.tokens > 4);
    });

    test("what gerbil alone has, and what it refuses", async () => {
      const {text} = await generateText({
        model: provider("nano"),
        prompt: "Is it?",
        providerOptions: {gerbil: {structured_outputs: {choice: ["never", "always"]}}},
      });
      assert(["never", "always"].includes(text));
      await assert.rejects(
        generateText({model: provider("nano"), prompt: "Hello", temperature: -1, maxRetries: 0}),
        /temperature/,
      );
      const file = {type: "file", data: new Uint8Array(3), mediaType: "image/png"};
      await assert.rejects(
        generateText({model: provider("nano"), messages: [{role: "user", content: [file]}], maxRetries: 0}),
        /"file"/,
      );
      if (loaded) assert.deepEqual(loaded, ["nano", "nano-embed"]);
    });
  });
