// LangChain on an engine in this process.
import assert from "node:assert/strict";
import path from "node:path";
import {before, test} from "node:test";
import {pathToFileURL} from "node:url";
import {hello, output, require, root} from "./world.mjs";

const resolve = name => import(pathToFileURL(require.resolve(name).replace(/\.cjs$/, ".js")));
const {AIMessage, HumanMessage, SystemMessage, ToolMessage} = await resolve("@langchain/core/messages");
const {tool} = await resolve("@langchain/core/tools");
const {z} = await resolve("zod");
const {Gerbil} = await import(pathToFileURL(path.join(output, "node_modules/gerbil/dist/index.node.js")));
const {ChatGerbil, GerbilEmbeddings} = await import(
  pathToFileURL(path.join(output, "node_modules/gerbil/dist/langchain/index.js"))
);

const ends = [4087, 4086]; // tokens that end an answer
let engine, chat;
before(async () => {
  engine = await Gerbil.load(path.join(root, "models/nano"));
  chat = new ChatGerbil({engine, generate: {max_tokens: 64}});
});

test("invoke", async () => {
  const answer = await chat.invoke([new HumanMessage("Hello")]);
  assert(answer instanceof AIMessage);
  assert.equal(answer.text, hello);
  assert(answer.additional_kwargs.reasoning_content.length > 0);
  assert.equal(answer.response_metadata.finish_reason, "stop");
  assert(answer.usage_metadata.input_tokens > 5 && answer.usage_metadata.output_tokens > 20);
});

test("stream, to its end, left early, and aborted", async () => {
  const heard = [];
  const chunks = await Array.fromAsync(
    await chat.stream("Hello", {callbacks: [{handleLLMNewToken: token => void heard.push(token)}]}),
  );
  assert(chunks.length > 2);
  const whole = chunks.reduce((all, chunk) => all.concat(chunk));
  assert.equal(whole.text, hello);
  assert.equal(heard.join(""), hello);
  assert(whole.usage_metadata.output_tokens > 20);
  const endless = {generate: {max_tokens: 1500, logit_bias: Object.fromEntries(ends.map(id => [id, -1000]))}};
  for await (const _ of await chat.stream("Tell me a story about a fox", endless)) break;
  await assert.rejects(chat.invoke("Tell me a story about a fox", {...endless, signal: AbortSignal.timeout(100)}));
  while ((await engine.statistics()).running > 0);
  assert((await engine.statistics()).step_tokens < 1500);
});

test("tools", async () => {
  const weather = tool(({city}) => `It rains in ${city}.`, {
    name: "weather",
    description: "Says the weather",
    schema: z.object({city: z.enum(["Bern", "Rome"])}),
  });
  const calling = chat.bindTools([weather], {tool_choice: "any"});
  const question = [new SystemMessage("You help."), new HumanMessage("What is the weather?")];
  const answer = await calling.invoke(question);
  assert.equal(answer.tool_calls.length, 1);
  const [call] = answer.tool_calls;
  assert.equal(call.name, "weather");
  assert(["Bern", "Rome"].includes(call.args.city));
  const chunks = await Array.fromAsync(await calling.stream(question));
  assert.deepEqual(
    chunks.reduce((all, chunk) => all.concat(chunk)).tool_calls.map(({name, args}) => ({name, args})),
    [{name: call.name, args: call.args}],
  );
  const result = await weather.invoke(call);
  assert(result instanceof ToolMessage);
  const end = await chat.invoke([...question, answer, result]);
  assert(end.text.length > 0);
});

test("embeddings", async () => {
  const embeddings = new GerbilEmbeddings({engine: await Gerbil.load(path.join(root, "models/nano-embed"))});
  const [den, lamp] = await embeddings.embedDocuments(["A fox lives in a den.", "The lamp is new."]);
  const query = await embeddings.embedQuery("Where do foxes dwell?");
  const dot = a => a.reduce((sum, value, i) => sum + value * query[i], 0);
  assert(dot(den) > 0.5 && dot(lamp) < 0.3);
});
