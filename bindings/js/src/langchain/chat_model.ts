import type {CallbackManagerForLLMRun} from "@langchain/core/callbacks/manager";
import type {BaseLanguageModelInput} from "@langchain/core/language_models/base";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BaseChatModelParams,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import {AIMessageChunk, type BaseMessage, type StandardMessageStructure} from "@langchain/core/messages";
import {ChatGenerationChunk, type ChatResult} from "@langchain/core/outputs";
import type {Runnable} from "@langchain/core/runnables";
import {convertToOpenAITool} from "@langchain/core/utils/function_calling";
import type {Gerbil} from "../gerbil.js";
import type {Tool, ToolCallPiece} from "../messages.js";
import type {GenerateOptions} from "../requests.js";
import {extras, toGerbil, toLangChain} from "./messages.js";

export interface ChatGerbilFields extends BaseChatModelParams {
  engine: Gerbil;
  /** Of every answer, by gerbil's names. */
  generate?: Omit<GenerateOptions, "signal">;
}

export interface ChatGerbilCallOptions extends BaseChatModelCallOptions {
  tools?: Tool[];
  /** Of this answer, by gerbil's names. */
  generate?: Omit<GenerateOptions, "signal">;
}

/** A chat model on an engine in this page or process. */
export class ChatGerbil extends BaseChatModel<ChatGerbilCallOptions> {
  private readonly engine: Gerbil;
  private readonly usual: Omit<GenerateOptions, "signal">;

  static override lc_name() {
    return "ChatGerbil";
  }

  constructor({engine, generate = {}, ...rest}: ChatGerbilFields) {
    super(rest);
    this.engine = engine;
    this.usual = generate;
  }

  _llmType() {
    return "gerbil";
  }

  override bindTools(
    tools: BindToolsInput[],
    kwargs: Partial<ChatGerbilCallOptions> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, ChatGerbilCallOptions> {
    return this.withConfig({
      ...kwargs,
      tools: tools.map(tool => convertToOpenAITool(tool as Parameters<typeof convertToOpenAITool>[0]) as Tool),
    });
  }

  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    const result = await this.engine.generate(messages.map(toGerbil), this.optionsOf(options));
    return {
      generations: [
        {text: result.text, message: toLangChain(result), generationInfo: {finish_reason: result.finish_reason}},
      ],
    };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const pieces: AIMessageChunk[] = [];
    const onToolCall = (piece: ToolCallPiece) => pieces.push(callChunk(piece));
    const stream = this.engine.stream(messages.map(toGerbil), {...this.optionsOf(options), onToolCall});
    for await (const text of stream) {
      yield* this.told(pieces, run);
      yield* this.told([new AIMessageChunk({content: text})], run);
    }
    yield* this.told(pieces, run);
    const result = await stream.result;
    yield* this.told(
      [new AIMessageChunk<StandardMessageStructure>({content: result.unfinished_tool_call ?? "", ...extras(result)})],
      run,
    );
  }

  // Hands chunks on, also to callbacks.
  private async *told(chunks: AIMessageChunk[], run: CallbackManagerForLLMRun | undefined) {
    for (const message of chunks.splice(0)) {
      const {text} = message;
      const chunk = new ChatGenerationChunk({text, message});
      yield chunk;
      await run?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, {chunk});
    }
  }

  private optionsOf({generate, tools, tool_choice, stop, signal}: this["ParsedCallOptions"]): GenerateOptions {
    return {
      ...this.usual,
      ...(stop && {stop}),
      ...(tools && {tools}),
      ...(tools && tool_choice && {tool_choice: choiceOf(tool_choice)}),
      ...generate,
      ...(signal && {signal}),
    };
  }
}

// "any" is LangChain's word for "required"; any other word is the name of a tool.
function choiceOf(
  choice: NonNullable<ChatGerbilCallOptions["tool_choice"]>,
): NonNullable<GenerateOptions["tool_choice"]> {
  if (typeof choice !== "string") return choice as {type: "function"; function: {name: string}};
  if (choice === "any") return "required";
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  return {type: "function", function: {name: choice}};
}

function callChunk({index, id, name, arguments: args}: ToolCallPiece): AIMessageChunk {
  const chunk = {type: "tool_call_chunk" as const, index, ...(id && {id}), ...(name && {name}), args: args ?? ""};
  return new AIMessageChunk({content: "", tool_call_chunks: [chunk]});
}
