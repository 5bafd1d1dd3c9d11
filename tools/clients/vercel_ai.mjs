// Vercel's AI SDK through its provider for OpenAI-compatible servers: what its users do.
import { isDeepStrictEqual } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embed, embedMany, generateObject, generateText, jsonSchema, Output, stepCountIs, streamObject, streamText,
         tool } from "ai";
import { z } from "zod";
import { address, check, question, raised, weatherSchema } from "./checks.mjs";

const gerbil = createOpenAICompatible({ name: "gerbil", baseURL: `${address}/v1`, supportsStructuredOutputs: true,
                                        includeUsage: true });
const model = gerbil("nano");
const base = { model, prompt: question, maxRetries: 0, maxOutputTokens: 300 };

const whole = await generateText(base);
check(whole.text.length > 0 && whole.finishReason === "stop" && whole.warnings.length === 0, "generateText");
check(whole.reasoningText.length > 0, "reasoning");
check(whole.usage.totalTokens === whole.usage.inputTokens + whole.usage.outputTokens, "usage");
check((await generateText({ ...base, maxOutputTokens: 5 })).finishReason === "length", "maxOutputTokens");

const stream = streamText(base);
let text = "";
for await (const piece of stream.textStream) text += piece;
check(text === whole.text && (await stream.reasoningText) === whole.reasoningText, "streamText");
check((await stream.usage).outputTokens === whole.usage.outputTokens && (await stream.finishReason) === "stop", "usage of a stream");

const schema = z.object({
  name: z.string().max(12),
  age: z.number().int().min(1).max(9),
  colours: z.array(z.enum(["red", "white"])).max(2),
  mother: z.object({ name: z.string().max(12) }).nullable(),
});
const made = await generateObject({ ...base, schema, temperature: 1, seed: 4 });
check(schema.safeParse(made.object).success, "generateObject");
const parts = streamObject({ ...base, schema, temperature: 1, seed: 4 });
let last = null;
for await (const part of parts.partialObjectStream) last = part;
// The whole object has the schema's order, the parts that of the answer.
check(isDeepStrictEqual(last, made.object) && schema.safeParse(await parts.object).success, "streamObject");
const chosen = await generateObject({ ...base, output: "enum", enum: ["red", "white"] });
check(["red", "white"].includes(chosen.object), "generateObject of an enum");
const through = await generateText({ ...base, output: Output.object({ schema }) });
check(schema.safeParse(through.output).success, "generateText with an output");

let asked = [];
const tools = {
  get_weather: tool({ description: "The weather of a city", inputSchema: z.object({ city: z.string().max(12) }),
                      execute: async (input) => (asked.push(input), { weather: "sunny" }) }),
};
const forced = { ...base, tools, toolChoice: { type: "tool", toolName: "get_weather" },
                 providerOptions: { gerbil: { parallel_tool_calls: false } } };
const round = await generateText({ ...forced, stopWhen: stepCountIs(2),
                                   prepareStep: ({ stepNumber }) => (stepNumber > 0 ? { toolChoice: "none" } : {}) });
check(asked.length > 0 && typeof asked[0].city === "string", "a tool is called");
check(round.steps.length === 2 && round.steps[0].finishReason === "tool-calls" &&
        round.steps[0].toolResults[0].output.weather === "sunny", "its result goes back");
asked = [];
const calls = [];
const streamed = streamText({ ...forced, tools: { get_weather: tool({ inputSchema: jsonSchema(weatherSchema) }) } });
for await (const part of streamed.fullStream) {
  if (part.type === "error") throw part.error;
  if (part.type === "tool-call") calls.push(part);
}
check(calls.length > 0 && JSON.stringify(calls[0].input) === JSON.stringify(round.steps[0].toolCalls[0].input), "a tool in a stream");

const { embedding } = await embed({ model: gerbil.embeddingModel("nano-embed"), value: "a fox" });
const many = await embedMany({ model: gerbil.embeddingModel("nano-embed"), values: ["a fox", "a cow"] });
check(embedding.every((value, i) => Math.abs(value - many.embeddings[0][i]) < 1e-6) && many.usage.tokens > 0, "embeddings");

let error = await raised(APICallError, () => generateText({ ...base, temperature: -1 }));
check(error?.statusCode === 400 && error.message.includes("temperature") && !error.isRetryable, "a parameter out of range");
error = await raised(APICallError, () => generateText({ ...base, model: gerbil("gpt-4") }));
check(error?.statusCode === 404, "a model that is not there");

const controller = new AbortController();
const left = streamText({ ...base, abortSignal: controller.signal, onError() {} });
for await (const _ of left.textStream) controller.abort();
check((await generateText({ ...base, maxOutputTokens: 1 })).usage.outputTokens === 1, "leaving a stream");
