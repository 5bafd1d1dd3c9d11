// An object that satisfies a schema.
import {useCallback, useRef, useState} from "react";
import type {Input} from "../messages.js";
import {objectOptions, toObject, type ObjectOptions, type ObjectResult} from "../object.js";
import {parsePartialJson} from "../partial_json.js";
import type {Schema} from "../schema.js";
import type {ModelOptions} from "./provider.js";
import {framed, useTask, type Task} from "./use_task.js";

export interface ObjectSettings<T> extends ModelOptions {
  /** A JSON schema, or a validator of Standard Schema (Zod and others). */
  schema: Schema<T>;
  generate?: Omit<ObjectOptions, "signal">;
}

/** What there is of an object that is still being written. */
export type Partially<T> = T extends (infer Item)[]
  ? Partially<Item>[]
  : T extends object
    ? {[Key in keyof T]?: Partially<T[Key]>}
    : T;

export interface ObjectHandle<T> extends Task {
  /** As far as it has come; null before anything has. */
  object: Partially<T> | null;
  /** Undefined when it was stopped or failed. */
  submit(input: Input, options?: Omit<ObjectOptions, "signal">): Promise<ObjectResult<T> | undefined>;
}

export function useObject<T>({schema, generate, ...model}: ObjectSettings<T>): ObjectHandle<T> {
  const {run, ...task} = useTask(model);
  const [object, show] = useState<Partially<T> | null>(null);
  const usual = useRef({schema, generate});
  usual.current = {schema, generate};

  const submit = useCallback(
    (input: Input, options: Omit<ObjectOptions, "signal"> = {}) =>
      run(async (gerbil, signal) => {
        const {schema, generate} = usual.current;
        let text = "";
        const {later, flush} = framed(() => {
          const value = parsePartialJson(text);
          if (value !== undefined && !signal.aborted) show(value as Partially<T>);
        });
        show(null);
        const all = objectOptions(schema, {...generate, ...options});
        const onText = (piece: string, reasoning: boolean) => {
          if (!reasoning) text += piece;
          later();
          all.onText?.(piece, reasoning);
        };
        const result = await gerbil.generate(typeof input === "string" ? [{role: "user", content: input}] : input, {
          ...all,
          signal,
          onText,
        });
        const made = await toObject(schema, result);
        flush();
        show(made.object as Partially<T>);
        return made;
      }),
    [run],
  );
  return {...task, object, submit};
}
