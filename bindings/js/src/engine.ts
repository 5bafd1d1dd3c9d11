// Calls of a loaded model: from arguments to requests, and from what the worker tells to results.
import type {Call, CallSettings} from "./connection.js";
import type {Input, ToolCallPiece} from "./messages.js";
import type {EmbedOptions, EmbedResult, GenerateOptions, GenerateResult} from "./requests.js";
import {makeTextStream, type TextStream} from "./text_stream.js";

/** Calls a method of the model. */
export type CallModel = (method: string, body: unknown, settings?: CallSettings) => Call;

/** Generates; `push` gets the pieces of the answer's text. */
export function startGenerate(call: CallModel, input: Input, options: GenerateOptions, push?: (piece: string) => void) {
  const {signal, onText, onToolCall, ...rest} = options;
  const prompt = typeof input === "string" ? {prompt: input} : {messages: input};
  const onEvent = (event: string, value: unknown) => {
    if (event === "tool_call") return onToolCall?.(value as ToolCallPiece);
    const {text, reasoning} = value as {text: string; reasoning: boolean};
    onText?.(text, reasoning);
    if (!reasoning) push?.(text);
  };
  const {result, cancel} = call("generate", {...prompt, ...rest}, {signal, onEvent});
  return {result: result as Promise<GenerateResult>, cancel};
}

/** Generates as a stream. */
export function streamText(call: CallModel, input: Input, options: GenerateOptions): TextStream {
  return makeTextStream(push => startGenerate(call, input, options, push));
}

export async function embedTexts(
  call: CallModel,
  input: string | string[],
  options: EmbedOptions,
): Promise<EmbedResult> {
  const {signal, ...rest} = options;
  const {numbers, result} = await withNumbers<Omit<EmbedResult, "embeddings">>(
    call,
    "embed",
    {input, ...rest},
    "vectors",
    signal,
  );
  const {dimensions, tokens, seconds} = result;
  const count = dimensions === 0 ? 0 : numbers.length / dimensions;
  const embeddings = Array.from({length: count}, (_, i) => numbers.subarray(i * dimensions, (i + 1) * dimensions));
  return {embeddings, dimensions, tokens, seconds};
}

/** The result of a call that tells its numbers apart from the rest, as an event. */
export async function withNumbers<Result>(
  call: CallModel,
  method: string,
  body: unknown,
  event: string,
  signal?: AbortSignal,
) {
  let numbers = new Float32Array();
  const onEvent = (name: string, value: unknown) => {
    if (name === event) numbers = value as Float32Array<ArrayBuffer>;
  };
  const result = (await call(method, body, {signal, onEvent}).result) as Result;
  return {numbers, result};
}
