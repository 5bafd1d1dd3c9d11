// The official OpenAI SDK for JavaScript: what its users do.
import OpenAI from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { address, check, question, raised, weatherSchema } from "./checks.mjs";

const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: question }];
const chat = (more) => client.chat.completions.create({ model: "nano", messages, ...more });

const ids = [];
for await (const model of client.models.list()) ids.push(model.id);
check(ids.join() === "nano,nano-embed", "models.list");
check((await client.models.retrieve("nano")).owned_by === "gerbil", "models.retrieve");

const whole = await chat({ max_tokens: 300 });
const { message, finish_reason } = whole.choices[0];
check(message.content && finish_reason === "stop" && message.refusal === null, "a chat");
check(message.reasoning_content.length > 0, "reasoning");
check(whole.usage.total_tokens === whole.usage.prompt_tokens + whole.usage.completion_tokens, "usage");

let text = "";
let usage = null;
for await (const chunk of await chat({ max_completion_tokens: 300, stream: true, stream_options: { include_usage: true } })) {
  text += chunk.choices[0]?.delta.content ?? "";
  usage = chunk.usage ?? usage;
}
check(text === message.content && usage.completion_tokens === whole.usage.completion_tokens, "a stream");

const runner = client.chat.completions.stream({ model: "nano", messages, max_tokens: 300 });
let heard = "";
runner.on("content", (piece) => (heard += piece));
const final = await runner.finalChatCompletion();
check(heard === message.content && final.choices[0].message.content === heard, "the helper for streams");

const Hen = z.object({
  name: z.string().max(12),
  age: z.number().int().min(1).max(9),
  colour: z.enum(["red", "white"]).nullable(),
  eggs: z.array(z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("egg"), weight: z.number().int().nonnegative().max(99) }),
    z.object({ kind: z.literal("chick"), hatched: z.boolean() })])).max(2),
});
const parsed = await client.chat.completions.parse({ model: "nano", messages, temperature: 1, seed: 4,
                                                     response_format: zodResponseFormat(Hen, "hen") });
check(Hen.safeParse(parsed.choices[0].message.parsed).success, "an answer as a zod schema");

const tools = [{ type: "function", function: { name: "get_weather", parameters: weatherSchema, strict: true } }];
const forced = { tools, parallel_tool_calls: false, tool_choice: { type: "function", function: { name: "get_weather" } } };
const called = (await chat(forced)).choices[0];
const [call] = called.message.tool_calls;
check(called.finish_reason === "tool_calls" && "city" in JSON.parse(call.function.arguments), "a call of a tool");
let written = "";
for await (const chunk of await chat({ ...forced, stream: true }))
  for (const piece of chunk.choices[0].delta.tool_calls ?? []) written += piece.function?.arguments ?? "";
check(written === call.function.arguments, "a call in a stream");
const next = await chat({ messages: [...messages, called.message, { role: "tool", tool_call_id: call.id, content: "sunny" }],
                          tools, max_tokens: 5 });
check(next.usage.prompt_tokens > whole.usage.prompt_tokens, "the answer to a call");

let asked = null;
const tooled = client.chat.completions.runTools({
  model: "nano", messages, max_tokens: 200, parallel_tool_calls: false,
  tool_choice: { type: "function", function: { name: "get_weather" } },
  tools: [zodFunction({ name: "get_weather", parameters: z.object({ city: z.string().max(12) }),
                        function: (values) => ((asked = values), "sunny") })],
});
await tooled.done();
check(typeof asked.city === "string", "runTools");

const vectors = await client.embeddings.create({ model: "nano-embed", input: ["a fox", "a cow"] }); // base64 on the wire
const numbers = await client.embeddings.create({ model: "nano-embed", input: "a fox", encoding_format: "float" });
check(vectors.data[0].embedding.every((value, i) => Math.abs(value - numbers.data[0].embedding[i]) < 1e-6), "embeddings");

const completion = await client.completions.create({ model: "nano", prompt: "The fox", max_tokens: 5, echo: true, logprobs: 2 }).catch((e) => e);
check(completion instanceof OpenAI.BadRequestError && completion.param === "logprobs", "what contradicts itself");
check((await client.completions.create({ model: "nano", prompt: "Once upon a time", max_tokens: 5 })).choices[0].finish_reason === "length",
      "completions");

let error = await raised(OpenAI.BadRequestError, () => chat({ temperature: -1 }));
check(error?.param === "temperature", "a parameter out of range");
error = await raised(OpenAI.NotFoundError, () => chat({ model: "gpt-4" }));
check(error?.code === "model_not_found", "a model that is not there");

const controller = new AbortController();
const left = await client.chat.completions.create({ model: "nano", messages, stream: true }, { signal: controller.signal });
for await (const chunk of left) {
  check(chunk.object === "chat.completion.chunk", "a first piece");
  controller.abort();
}
check((await chat({ max_tokens: 1 })).choices.length === 1, "leaving a stream");
