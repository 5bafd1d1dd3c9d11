// One call at a time on the shared engine, which ends with its component or with the next call.
import {useCallback, useEffect, useRef, useState} from "react";
import type {Gerbil} from "../gerbil.js";
import {useGerbil, type EngineHandle, type ModelOptions} from "./provider.js";

export interface Task extends Omit<EngineHandle, "error"> {
  /** A call is under way. */
  running: boolean;
  /** Of loading, or of the latest call. */
  error: Error | null;
  /** Ends the call; what has come of it stays. */
  stop(): void;
}

export interface TaskRunner extends Task {
  /** Ends the call before, and does `work` behind it. Undefined when it was stopped or failed; `error` says so. */
  run<Result>(work: (gerbil: Gerbil, signal: AbortSignal) => Promise<Result>): Promise<Result | undefined>;
}

export function useTask(model: ModelOptions): TaskRunner {
  const engine = useGerbil(model);
  const {use} = engine;
  const [state, setState] = useState<{running: boolean; error: Error | null}>({running: false, error: null});
  const current = useRef<AbortController | null>(null);
  const latest = useRef<Promise<unknown>>(Promise.resolve()); // which never rejects

  const stop = useCallback(() => current.current?.abort(), []);
  useEffect(() => stop, [stop]);

  const run = useCallback(
    <Result>(work: (gerbil: Gerbil, signal: AbortSignal) => Promise<Result>) => {
      current.current?.abort();
      const mine = (current.current = new AbortController());
      const before = latest.current;
      const end = (error: Error | null) => {
        if (current.current === mine) setState({running: false, error});
      };
      const call = async () => {
        await before;
        setState({running: true, error: null});
        try {
          const result = await use(gerbil => {
            mine.signal.throwIfAborted();
            return work(gerbil, mine.signal);
          });
          end(null);
          return result;
        } catch (error) {
          end(mine.signal.aborted ? null : (error as Error));
          return undefined;
        }
      };
      const called = call();
      latest.current = called;
      return called;
    },
    [use],
  );
  return {...engine, running: state.running, error: state.error ?? engine.error, stop, run};
}

/** The function, called at most once a frame, with the latest arguments. `flush` calls it at once where it waits. */
export function framed<Arguments extends unknown[]>(call: (...given: Arguments) => void) {
  let waiting: Arguments | null = null;
  const flush = () => {
    if (!waiting) return;
    const given = waiting;
    waiting = null;
    call(...given);
  };
  const later = (...given: Arguments) => {
    if (!waiting) requestAnimationFrame(flush);
    waiting = given;
  };
  return {later, flush};
}
