// A conversation that remembers.
import {GerbilError} from "./error.js";
import type {Message} from "./messages.js";
import type {GenerateOptions, GenerateResult} from "./requests.js";
import type {TextStream} from "./text_stream.js";

export interface Chat {
  /** What was said so far. */
  readonly messages: readonly Message[];
  /**
   * Adds the user's message, or one with the result of a tool, generates the answer and adds it. When it fails or is
   * aborted the conversation is unchanged; an answer that was cancelled by leaving its stream stays as far as it came.
   */
  send(message: string | Message, options?: GenerateOptions): Promise<GenerateResult>;
  /** The same, piece by piece. */
  stream(message: string | Message, options?: GenerateOptions): TextStream;
  /** Forgets everything but the system message. */
  clear(): void;
}

/** What a conversation begins with: a system message, or messages. */
export type ChatStart = string | Message[];

export function makeChat(
  stream: (messages: Message[], options: GenerateOptions) => TextStream,
  start: ChatStart = [],
): Chat {
  const messages: Message[] = typeof start === "string" ? [{role: "system", content: start}] : [...start];
  let busy = false;
  let cleared = 0; // how often: an answer that comes later belongs to a conversation that is forgotten

  const answer = (message: string | Message, options: GenerateOptions = {}): TextStream => {
    if (busy)
      throw new GerbilError(
        "invalid_argument",
        "The conversation waits for an answer: send the next message after it.",
      );
    const asked: Message = typeof message === "string" ? {role: "user", content: message} : message;
    const made = stream([...messages, asked], options ?? {});
    busy = true;
    const turn = cleared;
    const result = made.result.then(value => {
      if (turn === cleared) messages.push(asked, answerMessage(value));
      return value;
    });
    const done = result.finally(() => (busy = false));
    done.catch(() => {}); // whoever reads the stream or its result is told
    return {result: done, cancel: made.cancel, [Symbol.asyncIterator]: () => made[Symbol.asyncIterator]()};
  };

  return {
    messages,
    send: async (message, options) => answer(message, options).result,
    stream: answer,
    clear() {
      ++cleared;
      messages.splice(0, messages.length, ...messages.filter(({role}) => role === "system"));
    },
  };
}

/** The message that an answer is. Reasoning is no part of the conversation: templates drop it from earlier turns. */
export function answerMessage({text, tool_calls}: GenerateResult): Message {
  return {role: "assistant", content: text, ...(tool_calls && {tool_calls})};
}
