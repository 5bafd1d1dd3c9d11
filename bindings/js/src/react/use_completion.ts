// A text that is made from another.
import {useCallback, useRef, useState} from "react";
import type {Input} from "../messages.js";
import type {GenerateOptions, GenerateResult} from "../requests.js";
import type {ModelOptions} from "./provider.js";
import {framed, useTask, type Task} from "./use_task.js";

export interface CompletionSettings extends ModelOptions {
  generate?: Omit<GenerateOptions, "signal">;
}

export interface CompletionHandle extends Task {
  /** As far as it has come. */
  completion: string;
  /** What the model has thought. */
  reasoning: string;
  /** Undefined when it was stopped or failed. */
  complete(input: Input, options?: Omit<GenerateOptions, "signal">): Promise<GenerateResult | undefined>;
}

export function useCompletion({generate, ...model}: CompletionSettings = {}): CompletionHandle {
  const {run, ...task} = useTask(model);
  const [shown, show] = useState({completion: "", reasoning: ""});
  const usual = useRef(generate);
  usual.current = generate;

  const complete = useCallback(
    (input: Input, options: Omit<GenerateOptions, "signal"> = {}) =>
      run(async (gerbil, signal) => {
        const text = {completion: "", reasoning: ""};
        const {later, flush} = framed(() => show({...text}));
        show(text);
        const all = {...usual.current, ...options};
        const onText = (piece: string, reasoning: boolean) => {
          text[reasoning ? "reasoning" : "completion"] += piece;
          if (!signal.aborted) later();
          all.onText?.(piece, reasoning);
        };
        const result = await gerbil.generate(input, {...all, signal, onText});
        flush();
        return result;
      }),
    [run],
  );
  return {...task, ...shown, complete};
}
