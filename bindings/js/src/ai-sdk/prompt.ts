// Prompts and options of the AI SDK as gerbil has them.
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4Warning,
} from "@ai-sdk/provider";
import {GerbilError} from "../error.js";
import type {Message, Tool, ToolCall} from "../messages.js";
import type {GenerateOptions} from "../requests.js";

/** Throws GerbilError "unsupported" for files and what else a text model cannot read. */
export function messagesOf(prompt: LanguageModelV4Message[]): Message[] {
  return prompt.flatMap((message): Message[] => {
    if (message.role === "system") return [{role: "system", content: message.content}];
    if (message.role === "tool")
      return message.content.map(part => (part.type === "tool-result" ? resultMessage(part) : refuse(part)));
    if (message.role === "user")
      return [
        {
          role: "user",
          content: message.content.map(part => (part.type === "text" ? part.text : refuse(part))).join(""),
        },
      ];
    return [assistantMessage(message)];
  });
}

function assistantMessage({content}: LanguageModelV4Message & {role: "assistant"}): Message {
  let [text, reasoning] = ["", ""];
  const calls: ToolCall[] = [];
  for (const part of content) {
    if (part.type === "text") text += part.text;
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "tool-call")
      calls.push({
        type: "function",
        id: part.toolCallId,
        function: {name: part.toolName, arguments: JSON.stringify(part.input)},
      });
    else refuse(part);
  }
  return {
    role: "assistant",
    content: text,
    ...(reasoning && {reasoning_content: reasoning}),
    ...(calls.length > 0 && {tool_calls: calls}),
  };
}

function resultMessage({toolCallId, toolName, output}: LanguageModelV4ToolResultPart): Message {
  return {role: "tool", tool_call_id: toolCallId, name: toolName, content: outputText(output)};
}

function outputText(output: LanguageModelV4ToolResultOutput): string {
  if (output.type === "text" || output.type === "error-text") return output.value;
  if (output.type === "json" || output.type === "error-json") return JSON.stringify(output.value);
  if (output.type === "execution-denied") return output.reason ?? "The user did not allow it.";
  return output.value.map(part => (part.type === "text" ? part.text : refuse(part))).join("");
}

function refuse(part: {type: string}): never {
  throw new GerbilError(
    "unsupported",
    `The prompt has a part of type "${part.type}", which this model cannot read: texts, reasoning and calls of tools ` +
      "are possible.",
  );
}

/** The options of a call, and what of it is left out. */
export function optionsOf(options: LanguageModelV4CallOptions): {
  options: GenerateOptions;
  warnings: SharedV4Warning[];
} {
  const {responseFormat, tools = [], toolChoice, reasoning, abortSignal} = options;
  const warnings: SharedV4Warning[] = [];
  const functions = tools.flatMap((tool): Tool[] => {
    if (tool.type === "function")
      return [
        {
          type: "function",
          function: {
            name: tool.name,
            parameters: tool.inputSchema,
            ...(tool.description && {description: tool.description}),
          },
        },
      ];
    warnings.push({type: "unsupported", feature: `the tool ${tool.id} of another provider`});
    return [];
  });
  if (responseFormat?.type === "json" && functions.length > 0 && toolChoice?.type !== "none")
    warnings.push({
      type: "unsupported",
      feature: "a response format together with tools",
      details: "The answer is JSON, and calls no tool.",
    });
  const given = {
    max_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    stop: options.stopSequences,
    seed: options.seed,
    signal: abortSignal,
    response_format: responseFormat?.type === "json" ? formatOf(responseFormat) : undefined,
    tools: functions.length > 0 && responseFormat?.type !== "json" ? functions : undefined,
    tool_choice: functions.length > 0 && responseFormat?.type !== "json" ? choiceOf(toolChoice) : undefined,
    enable_thinking: reasoning === undefined || reasoning === "provider-default" ? undefined : reasoning !== "none",
    ...options.providerOptions?.gerbil,
  };
  return {options: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), warnings};
}

function formatOf({schema}: {schema?: object}): GenerateOptions["response_format"] {
  return schema ? {type: "json_schema", json_schema: {name: "answer", strict: true, schema}} : {type: "json_object"};
}

function choiceOf(choice: LanguageModelV4CallOptions["toolChoice"]): GenerateOptions["tool_choice"] {
  if (!choice || choice.type === "auto") return undefined;
  return choice.type === "tool" ? {type: "function", function: {name: choice.toolName}} : choice.type;
}
