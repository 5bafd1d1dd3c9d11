// Messages of LangChain as gerbil has them, and answers as LangChain does.
import {
  AIMessage,
  ToolMessage,
  type AIMessageFields,
  type BaseMessage,
  type StandardMessageStructure,
} from "@langchain/core/messages";
import {GerbilError} from "../error.js";
import type {Message, ToolCall} from "../messages.js";
import type {GenerateResult} from "../requests.js";

const roles: Record<string, string> = {human: "user", ai: "assistant", system: "system", tool: "tool"};

/** Throws GerbilError "unsupported" for content that is no text. */
export function toGerbil(message: BaseMessage): Message {
  const type = message.getType();
  const role = type === "generic" && "role" in message ? String(message.role) : roles[type];
  if (!role)
    throw new GerbilError(
      "unsupported",
      `A message of type "${type}" is none that gerbil knows: there are human, ai, system and tool.`,
    );
  return {
    role,
    content: textOf(message),
    ...(message.name && {name: message.name}),
    ...(message instanceof ToolMessage && {tool_call_id: message.tool_call_id}),
    ...(message instanceof AIMessage && message.tool_calls?.length && {tool_calls: message.tool_calls.map(toCall)}),
  };
}

function textOf({content}: BaseMessage): string {
  if (typeof content === "string") return content;
  return content
    .map(block => {
      if (block.type === "text") return String(block.text);
      if (block.type === "reasoning" || block.type === "tool_call") return ""; // they have places of their own
      throw new GerbilError(
        "unsupported",
        `The message has content of type "${block.type}", which this model cannot read: texts are possible.`,
      );
    })
    .join("");
}

function toCall({id, name, args}: {id?: string; name: string; args: unknown}): ToolCall {
  return {type: "function", ...(id && {id}), function: {name, arguments: JSON.stringify(args)}};
}

/** The answer as a message. */
export function toLangChain(result: GenerateResult): AIMessage {
  return new AIMessage<StandardMessageStructure>({
    content: result.text + (result.unfinished_tool_call ?? ""),
    tool_calls: (result.tool_calls ?? []).map(({id, function: called}) => ({
      type: "tool_call",
      name: called.name,
      args: JSON.parse(called.arguments || "{}") as Record<string, unknown>,
      ...(id && {id}),
    })),
    ...extras(result),
  });
}

/** What is told of an answer beside what it says. */
export function extras(
  result: GenerateResult,
): Pick<AIMessageFields<StandardMessageStructure>, "usage_metadata" | "response_metadata" | "additional_kwargs"> {
  const {prompt_tokens, cached_tokens, generated_tokens, reasoning_tokens, finish_reason, reasoning, timings} = result;
  return {
    usage_metadata: {
      input_tokens: prompt_tokens,
      output_tokens: generated_tokens,
      total_tokens: prompt_tokens + generated_tokens,
      input_token_details: {cache_read: cached_tokens},
      output_token_details: {reasoning: reasoning_tokens},
    },
    response_metadata: {finish_reason, timings},
    ...(reasoning && {additional_kwargs: {reasoning_content: reasoning}}),
  };
}
