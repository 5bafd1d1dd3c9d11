// `gerbil serve` as a source: its API of OpenAI, in the words of the engine.
import {GerbilError} from "../error.js";
import type {Message, ToolCall, ToolCallPiece} from "../messages.js";
import type {EmbedOptions, GenerateOptions, GenerateResult} from "../requests.js";
import {events} from "./server_events.js";
import type {Source} from "./source.js";

export interface ServerOptions {
  /** Of the API: "http://127.0.0.1:8080/v1". */
  baseURL: string;
  apiKey?: string | undefined;
}

const mostCalls = 256; // of an answer

interface Chunk {
  choices: {
    delta: {content?: string; reasoning_content?: string; tool_calls?: ServerCall[]};
    finish_reason?: GenerateResult["finish_reason"] | null;
  }[];
  usage?: Usage | null;
}
interface ServerCall {
  index: number;
  id?: string;
  function?: {name?: string; arguments?: string};
}
interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  prompt_tokens_details?: {cached_tokens?: number};
  completion_tokens_details?: {reasoning_tokens?: number};
}

/** A model of the server, by its id. */
export function serverSource(model: string, {baseURL, apiKey}: ServerOptions): Source {
  const post = async (route: string, body: object, signal: AbortSignal | undefined) => {
    const response = await fetch(`${baseURL.replace(/\/$/, "")}/${route}`, {
      method: "POST",
      headers: {"Content-Type": "application/json", ...(apiKey && {Authorization: `Bearer ${apiKey}`})},
      body: JSON.stringify({model, ...body}),
      ...(signal && {signal}),
    });
    if (!response.ok) throw await refusal(response);
    return response;
  };
  return {
    async generate(messages: Message[], {signal, onText, onToolCall, ...options}: GenerateOptions) {
      const response = await post(
        "chat/completions",
        {messages, ...options, stream: true, stream_options: {include_usage: true}},
        signal,
      );
      const result = emptyResult();
      for await (const chunk of events(response)) take(chunk as Chunk, result, onText, onToolCall);
      return result;
    },
    async embed(input: string[], {signal, ...options}: EmbedOptions) {
      const response = await post("embeddings", {input, ...options}, signal);
      const {data, usage} = (await response.json()) as {data: {embedding: number[]}[]; usage: {prompt_tokens: number}};
      return {embeddings: data.map(({embedding}) => embedding), tokens: usage.prompt_tokens};
    },
  };
}

function take(
  {choices: [choice], usage}: Chunk,
  result: GenerateResult,
  onText: GenerateOptions["onText"],
  onToolCall: GenerateOptions["onToolCall"],
) {
  const {content, reasoning_content, tool_calls = []} = choice?.delta ?? {};
  for (const [piece, reasoning] of [
    [reasoning_content, true],
    [content, false],
  ] as const) {
    if (!piece) continue;
    result[reasoning ? "reasoning" : "text"] += piece;
    onText?.(piece, reasoning);
  }
  for (const call of tool_calls) {
    if (!(call.index >= 0 && call.index < mostCalls))
      throw new GerbilError(
        "corrupt",
        `The server's answer has a call number ${call.index}: there are at most ${mostCalls}.`,
      );
    const piece = takeCall(call, (result.tool_calls ??= []));
    onToolCall?.(piece);
  }
  if (choice?.finish_reason) result.finish_reason = choice.finish_reason;
  // Calls that did not become whole.
  if (result.finish_reason !== "tool_calls" && choice?.finish_reason) delete result.tool_calls;
  if (!usage) return;
  result.prompt_tokens = usage.prompt_tokens;
  result.generated_tokens = usage.completion_tokens;
  result.cached_tokens = usage.prompt_tokens_details?.cached_tokens ?? 0;
  result.reasoning_tokens = usage.completion_tokens_details?.reasoning_tokens ?? 0;
}

function takeCall(
  {index, id, function: {name, arguments: piece = ""} = {}}: ServerCall,
  calls: ToolCall[],
): ToolCallPiece {
  const call = (calls[index] ??= {type: "function", id: id ?? "", function: {name: name ?? "", arguments: ""}});
  call.function.arguments += piece;
  return {index, arguments: piece, ...(id && {id}), ...(name && {name})};
}

function emptyResult(): GenerateResult {
  const timings = {
    time_to_first_token: 0,
    prefill: 0,
    decode: 0,
    prefill_tokens_per_second: 0,
    decode_tokens_per_second: 0,
  };
  const counts = {prompt_tokens: 0, cached_tokens: 0, generated_tokens: 0, reasoning_tokens: 0};
  return {text: "", reasoning: "", finish_reason: "stop", ...counts, tokens: [], timings};
}

const codes = {
  400: "invalid_argument",
  401: "denied",
  403: "denied",
  404: "not_found",
  429: "overloaded",
  503: "unavailable",
  504: "timeout",
} as const;

async function refusal(response: Response): Promise<GerbilError> {
  const text = await response.text();
  const code = codes[response.status as keyof typeof codes] ?? "internal";
  let message: unknown;
  try {
    message = (JSON.parse(text) as {error?: {message?: unknown}}).error?.message;
  } catch {
    message = undefined;
  }
  return new GerbilError(
    code,
    typeof message === "string" ? message : `The server answered with status ${response.status}: ${text.slice(0, 200)}`,
  );
}
