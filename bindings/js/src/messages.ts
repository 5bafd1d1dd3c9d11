// Conversations, by the names of the JSON that all of gerbil speaks (docs/library.md).

/** A function that an assistant wants to be called. */
export interface ToolCall {
  type: "function";
  /** Which the tool's answer names as `tool_call_id`. */
  id?: string;
  function: {
    name: string;
    /** A JSON object as text. */
    arguments?: string;
  };
}

/** One turn of a conversation. */
export interface Message {
  role: "system" | "user" | "assistant" | "tool" | (string & {});
  content?: string | {type: "text"; text: string}[];
  /** What an assistant thought before its answer. */
  reasoning_content?: string;
  /** Of an assistant. */
  tool_calls?: ToolCall[];
  /** Of a tool: the call that it answers. */
  tool_call_id?: string;
  /** Of the speaker, or of the tool. */
  name?: string;
}

/** A function that a model may call; `parameters` is a JSON schema. */
export interface Tool {
  type: "function";
  function: {name: string; description?: string; parameters?: object; strict?: boolean};
}

/** What an answer adds to one of its calls. All `arguments` of a call, one behind the other, are one JSON object. */
export interface ToolCallPiece {
  /** Of the call in the answer. */
  index: number;
  /** With the first piece of a call; so is `name`. */
  id?: string;
  name?: string;
  arguments?: string;
  /** Nothing more comes of it. */
  whole?: boolean;
}

/** A text is one message of the user. */
export type Input = string | Message[];

/** The messages of an input. */
export function toMessages(input: Input): Message[] {
  return typeof input === "string" ? [{role: "user", content: input}] : input;
}
