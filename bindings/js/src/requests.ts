// Requests and results of the engine. Their fields are the JSON of gerbil/json.hpp (docs/library.md says what each
// means), so that they are the same in C++, over HTTP and here; what only JavaScript has is in camel case.
import type {Tool, ToolCall, ToolCallPiece} from "./messages.js";

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

interface Terms extends CallOptions {
  /** Among requests that wait or lack room those of larger ones go first. Default 0. */
  priority?: number;
  /** Seconds after which the call rejects with code "timeout". Default 0: none. */
  timeout?: number;
}

/** What a chat template is told beside the messages. */
export interface TemplateOptions {
  tools?: Tool[];
  /** Default "auto". */
  tool_choice?: "auto" | "none" | "required" | {type: "function"; function: {name: string}};
  /** Whether a call that must be may have others beside it. Default true. */
  parallel_tool_calls?: boolean;
  /** A variable of many templates. Default: as the template has it. */
  enable_thinking?: boolean;
  template_variables?: Record<string, unknown>;
}

/** What an answer must be. One of these at most. */
export interface GrammarOptions {
  response_format?:
    | {type: "text"}
    | {type: "json_object"}
    | {type: "json_schema"; json_schema: {name?: string; description?: string; strict?: boolean; schema: object}};
  structured_outputs?: {json?: object; json_object?: boolean; regex?: string; choice?: string[]; grammar?: string};
  json_schema?: object;
  /** GBNF or Lark. */
  grammar?: string;
}

/** How an answer is made. The default is the most likely one. */
export interface GenerateOptions extends Terms, TemplateOptions, GrammarOptions {
  /** Of the answer. Default: as many as the context has room for. */
  max_tokens?: number;
  /** Default 0: the most likely token. */
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  repetition_penalty?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  /** Equal seeds give equal answers. Default 0. */
  seed?: number;
  /** From token ids to what is added to their logits. */
  logit_bias?: Record<string, number>;
  /** The answer ends before the first of these. */
  stop?: string | string[];
  stop_tokens?: number[];
  logprobs?: boolean;
  top_logprobs?: number;
  /** A text is continued as it is, without the chat template. Default false. */
  raw?: boolean;
  /** Called with each piece of the answer, in order; `reasoning` is true of what the model thinks. */
  onText?: (piece: string, reasoning: boolean) => void;
  /** Called with each piece of the answer's calls of tools, in order. */
  onToolCall?: (piece: ToolCallPiece) => void;
}

export interface TokenProbability {
  token: number;
  /** Natural logarithm. */
  log_probability: number;
}

export interface GenerateResult {
  /** The answer, without reasoning. */
  text: string;
  reasoning: string;
  finish_reason: "stop" | "length" | "cancelled" | "tool_calls";
  /** Those that are whole. */
  tool_calls?: ToolCall[];
  /** What the model wrote of a call that did not become whole. */
  unfinished_tool_call?: string;
  /** Of `stop`, that ended the answer. */
  stop_sequence?: string;
  prompt_tokens: number;
  /** Of the prompt, found in the cache of an earlier turn. */
  cached_tokens: number;
  generated_tokens: number;
  /** Of these, what the model thought with. */
  reasoning_tokens: number;
  tokens: number[];
  log_probabilities?: (TokenProbability & {alternatives: TokenProbability[]})[];
  /** Seconds, and tokens a second. */
  timings: {
    time_to_first_token: number;
    prefill: number;
    decode: number;
    prefill_tokens_per_second: number;
    decode_tokens_per_second: number;
  };
}

export interface EmbedOptions extends Terms {
  /** "query", "document", or another name of the checkpoint's prompts. Default: the checkpoint's own, mostly none. */
  task?: string;
  /** Keep the first of a vector's numbers. Default: all. */
  dimensions?: number;
  /** To length 1. Default: as the checkpoint says. */
  normalize?: boolean;
  /** Cut texts that are too long instead of failing. Default false. */
  truncate?: boolean;
}

export interface EmbedResult {
  /** One a text, in order. */
  embeddings: Float32Array[];
  dimensions: number;
  tokens: number;
  seconds: number;
}

export interface RankOptions extends Terms {
  truncate?: boolean;
  /** What a language model is asked to judge by; cross-encoders have no use for it. */
  instruction?: string;
}

export interface RankResult {
  /** One a document, in their order; larger is better. */
  scores: number[];
  tokens: number;
  seconds: number;
}

export interface ClassifyOptions extends Terms {
  truncate?: boolean;
}

export interface ClassifyResult {
  /** Of each text, one a class in the order of the checkpoint. */
  logits: number[][];
  tokens: number;
  seconds: number;
}
