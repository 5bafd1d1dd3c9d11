// Anthropic's SDK for JavaScript: what its users do.
import Anthropic from "@anthropic-ai/sdk";
import { address, check, question, raised, weatherSchema } from "./checks.mjs";

const client = new Anthropic({ baseURL: address, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: question }];
const ask = (more) => client.messages.create({ model: "nano", max_tokens: 300, messages, ...more });

const whole = await ask();
check(whole.content.map((block) => block.type).join() === "thinking,text", "a message, thinking first");
check(whole.stop_reason === "end_turn" && whole.stop_sequence === null && whole.usage.output_tokens > 0, "its end and usage");

const stream = client.messages.stream({ model: "nano", max_tokens: 300, messages });
let text = "";
let thinking = "";
stream.on("text", (piece) => (text += piece)).on("thinking", (piece) => (thinking += piece));
const final = await stream.finalMessage();
check(text === whole.content[1].text && thinking === whole.content[0].thinking, "a stream");
check(final.usage.output_tokens === whole.usage.output_tokens && final.stop_reason === "end_turn", "usage of a stream");

const tools = [{ name: "get_weather", input_schema: weatherSchema }];
const tool_choice = { type: "tool", name: "get_weather", disable_parallel_tool_use: true };
const called = await ask({ tools, tool_choice });
const use = called.content.at(-1);
check(called.stop_reason === "tool_use" && typeof use.input.city === "string", "a tool");
const streamed = await client.messages.stream({ model: "nano", max_tokens: 300, messages, tools, tool_choice }).finalMessage();
check(JSON.stringify(streamed.content.at(-1).input) === JSON.stringify(use.input), "a tool in a stream");
const result = { type: "tool_result", tool_use_id: use.id, content: [{ type: "text", text: "sunny" }] };
const next = await ask({ tools, max_tokens: 5, messages: [...messages, { role: "assistant", content: called.content },
                                                          { role: "user", content: [result] }] });
check(next.stop_reason === "max_tokens" && next.usage.output_tokens === 5, "the tool's result");

const word = whole.content[1].text.split(" ")[3];
const stopped = await ask({ stop_sequences: [word], thinking: { type: "disabled" } });
check(stopped.stop_reason === "end_turn" ? stopped.stop_sequence === null : stopped.stop_sequence === word, "stop_sequences");

check((await client.messages.countTokens({ model: "nano", messages })).input_tokens > 0, "countTokens");
let error = await raised(Anthropic.BadRequestError, () => ask({ temperature: -1 }));
check(error?.error.error.type === "invalid_request_error", "a parameter out of range");
error = await raised(Anthropic.NotFoundError, () => ask({ model: "claude" }));
check(error?.error.error.type === "not_found_error", "a model that is not there");
