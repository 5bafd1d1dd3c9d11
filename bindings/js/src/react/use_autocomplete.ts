// How a text that is being typed goes on.
import {useCallback, useEffect, useRef, useState} from "react";
import type {GenerateOptions} from "../requests.js";
import type {ModelOptions} from "./provider.js";
import {useTask, type Task} from "./use_task.js";

export interface AutocompleteSettings extends ModelOptions {
  /** Milliseconds without typing before the model is asked. Default 250. */
  delay?: number;
  /** Default: the text goes on as it is (`raw`), for 16 tokens or to the end of the line. */
  generate?: Omit<GenerateOptions, "signal">;
}

export interface AutocompleteHandle extends Omit<Task, "stop"> {
  /** That may follow the text; empty while there is none. */
  suggestion: string;
  /** To be told every change of the text. Ends the suggestion before. */
  onInput(text: string): void;
  /** The suggestion, for the text, which has none then. */
  accept(): string;
  dismiss(): void;
}

export function useAutocomplete({delay = 250, generate, ...model}: AutocompleteSettings = {}): AutocompleteHandle {
  const {run, stop, ...task} = useTask(model);
  const [suggestion, show] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const settings = useRef({delay, generate});
  settings.current = {delay, generate};

  const dismiss = useCallback(() => {
    clearTimeout(timer.current);
    stop();
    show("");
  }, [stop]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const onInput = useCallback(
    (text: string) => {
      dismiss();
      if (text === "") return;
      const {delay, generate} = settings.current;
      timer.current = setTimeout(() => {
        void run(async (gerbil, signal) => {
          const options = {raw: true, max_tokens: 16, stop: "\n", ...generate, signal};
          const {text: next} = await gerbil.generate(text, options);
          if (!signal.aborted) show(next);
        });
      }, delay);
    },
    [run, dismiss],
  );
  const accept = useCallback(() => {
    dismiss();
    return suggestion;
  }, [dismiss, suggestion]);
  return {...task, suggestion, onInput, accept, dismiss};
}
