// LangChain for JavaScript: what its users do.
import { AIMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";
import { address, check, question, raised } from "./checks.mjs";

const options = { apiKey: "none", maxRetries: 0, configuration: { baseURL: `${address}/v1` } };
const model = new ChatOpenAI({ model: "nano", maxTokens: 300, ...options });

const whole = await model.invoke(question);
check(whole.content.length > 0 && whole.response_metadata.finish_reason === "stop", "invoke");
check(whole.usage_metadata.total_tokens === whole.usage_metadata.input_tokens + whole.usage_metadata.output_tokens, "usage");
let total = null;
for await (const piece of await model.stream(question)) total = total ? total.concat(piece) : piece;
check(total.content === whole.content && total.usage_metadata.output_tokens === whole.usage_metadata.output_tokens, "stream");
const turns = [new SystemMessage("Be brief."), new HumanMessage(question), whole, new HumanMessage("And then?")];
check((await model.invoke(turns)) instanceof AIMessage, "the next turn");

const Hen = z.object({ name: z.string().max(12), age: z.number().int().min(1).max(9) });
for (const method of ["jsonSchema", "functionCalling"]) {
  const hen = await model.withStructuredOutput(Hen, { name: "hen", method }).invoke(question);
  check(Hen.safeParse(hen).success, `withStructuredOutput by ${method}`);
}

const weather = tool(({ city }) => `sunny in ${city}`, { name: "get_weather", description: "The weather of a city",
                                                          schema: z.object({ city: z.string().max(12) }) });
const forced = model.bindTools([weather], { tool_choice: "get_weather", parallel_tool_calls: false });
const called = await forced.invoke(question);
check(typeof called.tool_calls[0].args.city === "string", "bindTools");
const result = await weather.invoke(called.tool_calls[0]);
const answer = await model.bindTools([weather]).invoke([new HumanMessage(question), called, result]);
check(answer.usage_metadata.input_tokens > whole.usage_metadata.input_tokens, "the tool's result");

const embeddings = new OpenAIEmbeddings({ model: "nano-embed", ...options });
const query = await embeddings.embedQuery("a fox");
const [document] = await embeddings.embedDocuments(["a fox", "a cow"]);
check(query.length > 0 && query.every((value, i) => Math.abs(value - document[i]) < 1e-6), "embeddings");

const error = await raised(Error, () => new ChatOpenAI({ model: "gpt-4", ...options }).invoke(question));
check(error?.status === 404, "a model that is not there");
