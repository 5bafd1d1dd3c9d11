// What answers: an engine, or `gerbil serve`.
import type {Message, ToolCallPiece} from "../messages.js";
import type {EmbedOptions, GenerateOptions, GenerateResult} from "../requests.js";

/** The part of Gerbil that the provider uses. */
export interface Source {
  generate(messages: Message[], options: GenerateOptions): Promise<GenerateResult>;
  embed(texts: string[], options: EmbedOptions): Promise<{embeddings: ArrayLike<number>[]; tokens: number}>;
}

/** A piece of an answer, in the order in which they come. */
export type Piece = {type: "text" | "reasoning"; text: string} | {type: "tool_call"; piece: ToolCallPiece};

/** Generates; the pieces are handed on in one place, so that their order is kept. */
export function generateIn(
  source: Source,
  messages: Message[],
  options: GenerateOptions,
  onPiece: (piece: Piece) => void,
) {
  return source.generate(messages, {
    ...options,
    onText: (text, reasoning) => onPiece({type: reasoning ? "reasoning" : "text", text}),
    onToolCall: piece => onPiece({type: "tool_call", piece}),
  });
}
