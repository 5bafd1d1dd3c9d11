// A language model of the AI SDK.
import type {
  LanguageModelV4,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import type {ToolCall} from "../messages.js";
import type {GenerateResult} from "../requests.js";
import {messagesOf, optionsOf} from "./prompt.js";
import {generateIn, type Source} from "./source.js";
import {partWriter} from "./stream_parts.js";

export function makeLanguageModel(modelId: string, source: Source): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "gerbil",
    modelId,
    supportedUrls: {},

    async doGenerate(call) {
      const {options, warnings} = optionsOf(call);
      const result = await source.generate(messagesOf(call.prompt), options);
      return {content: contentOf(result), finishReason: reasonOf(result), usage: usageOf(result), warnings};
    },

    async doStream(call) {
      const {options, warnings} = optionsOf(call);
      const messages = messagesOf(call.prompt);
      const abort = new AbortController(); // of a stream that nobody reads on
      const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          const send = (part: LanguageModelV4StreamPart) => {
            if (!abort.signal.aborted) controller.enqueue(part);
          };
          send({type: "stream-start", warnings});
          const writer = partWriter(send);
          const answer = generateIn(source, messages, {...options, signal}, writer.write).then(result => {
            writer.end(result);
            send({type: "finish", finishReason: reasonOf(result), usage: usageOf(result)});
          });
          answer
            .catch((error: unknown) => send({type: "error", error}))
            .finally(() => {
              if (!abort.signal.aborted) controller.close();
            });
        },
        cancel: () => abort.abort(),
      });
      return {stream};
    },
  };
}

function contentOf({
  text,
  reasoning,
  tool_calls = [],
  unfinished_tool_call = "",
}: GenerateResult): LanguageModelV4Content[] {
  const content: LanguageModelV4Content[] = [];
  if (reasoning) content.push({type: "reasoning", text: reasoning});
  if (text || unfinished_tool_call) content.push({type: "text", text: text + unfinished_tool_call});
  return [...content, ...tool_calls.map(callOf)];
}

/** A whole call. */
export function callOf({id = "", function: {name, arguments: input = "{}"}}: ToolCall): LanguageModelV4ToolCall {
  return {type: "tool-call", toolCallId: id, toolName: name, input};
}

const reasons = {stop: "stop", length: "length", cancelled: "other", tool_calls: "tool-calls"} as const;

function reasonOf({finish_reason}: GenerateResult): LanguageModelV4FinishReason {
  return {unified: reasons[finish_reason], raw: finish_reason};
}

function usageOf({
  prompt_tokens,
  cached_tokens,
  generated_tokens,
  reasoning_tokens,
}: GenerateResult): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: prompt_tokens,
      noCache: prompt_tokens - cached_tokens,
      cacheRead: cached_tokens,
      cacheWrite: undefined,
    },
    outputTokens: {total: generated_tokens, text: generated_tokens - reasoning_tokens, reasoning: reasoning_tokens},
  };
}
