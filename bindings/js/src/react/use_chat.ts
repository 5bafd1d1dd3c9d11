// A conversation on a page.
import {useCallback, useRef, useState} from "react";
import {answerMessage} from "../chat.js";
import type {Message} from "../messages.js";
import type {GenerateOptions, GenerateResult} from "../requests.js";
import type {ModelOptions} from "./provider.js";
import {framed, useTask, type Task} from "./use_task.js";

export interface ChatSettings extends ModelOptions {
  system?: string;
  /** That the conversation begins with. Default: none. */
  initialMessages?: Message[];
  /** Of every answer. */
  generate?: Omit<GenerateOptions, "signal">;
}

export interface ChatHandle extends Task {
  /** What was said, the answer as far as it has come; without the system message. */
  messages: Message[];
  /**
   * Sends a message of the user, or one with the result of a tool. Undefined when it was stopped, and what has come
   * stays, or when it failed, and the conversation is as before.
   */
  send(message: string | Message): Promise<GenerateResult | undefined>;
  /** Asks again for the last answer. */
  regenerate(): Promise<GenerateResult | undefined>;
  setMessages(messages: Message[]): void;
}

export function useChat({system, initialMessages = [], generate, ...model}: ChatSettings = {}): ChatHandle {
  const {run, ...task} = useTask(model);
  const [messages, show] = useState(initialMessages);
  const latest = useRef(messages);
  const settings = useRef({system, generate});
  settings.current = {system, generate};

  const setMessages = useCallback((next: Message[]) => {
    latest.current = next;
    show(next);
  }, []);

  // `asks` makes the conversation that wants an answer of the one that there is.
  const answer = useCallback(
    (asks: (messages: Message[]) => Message[]) =>
      run(async (gerbil, signal) => {
        const {system, generate} = settings.current;
        const before = latest.current;
        const asked = asks(before);
        const partial = {role: "assistant", content: "", reasoning_content: ""};
        const {later, flush} = framed(() => setMessages([...asked, {...partial}]));
        setMessages(asked);
        try {
          const prompt = system === undefined ? asked : [{role: "system", content: system}, ...asked];
          const result = await gerbil.generate(prompt, {
            ...generate,
            signal,
            onText(piece, reasoning) {
              partial[reasoning ? "reasoning_content" : "content"] += piece;
              later();
              generate?.onText?.(piece, reasoning);
            },
          });
          flush();
          const {reasoning} = result;
          setMessages([...asked, {...answerMessage(result), ...(reasoning && {reasoning_content: reasoning})}]);
          return result;
        } catch (error) {
          flush();
          if (!signal.aborted || partial.content === "") setMessages(before);
          throw error;
        }
      }),
    [run, setMessages],
  );

  const send = useCallback(
    (message: string | Message) => {
      const asked: Message = typeof message === "string" ? {role: "user", content: message} : message;
      return answer(messages => [...messages, asked]);
    },
    [answer],
  );
  const regenerate = useCallback(
    () => answer(messages => (messages.at(-1)?.role === "assistant" ? messages.slice(0, -1) : messages)),
    [answer],
  );
  return {...task, messages, send, regenerate, setMessages};
}
