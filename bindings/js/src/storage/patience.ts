// Trying again what may succeed in a moment.
import {GerbilError} from "../error.js";

/** How long a server is borne with. */
export interface Patience {
  /** In a row without any progress. */
  attempts: number;
  /** Milliseconds after the first failure; twice as long after each. */
  firstWait: number;
  /** Milliseconds; more than that a server must not ask for. */
  longestWait: number;
  /** Milliseconds without a byte after which a request is given up. */
  stall: number;
}

export const patient: Patience = {attempts: 6, firstWait: 500, longestWait: 60_000, stall: 30_000};

/** What a request that is tried again in a moment may succeed with, such as one whose connection was lost. */
export class Transient {
  constructor(
    readonly sentence: string,
    /** Milliseconds that the server asks for. */
    readonly wait = 0,
    /** It asks for it because of the number of requests. */
    readonly overloaded = false,
  ) {}
}

export function cancelledError(): GerbilError {
  return new GerbilError("cancelled", "The download was stopped; it goes on where it was when it is begun again.");
}

export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledError();
}

/** What an action has to say of its attempts. */
export interface Attempts {
  /** In a row; an action sets it to 0 when it gets on. */
  failures: number;
}

/** What `action` gives, once it throws no Transient. */
export async function persistently<T>(
  patience: Patience,
  signal: AbortSignal | undefined,
  action: (attempts: Attempts) => Promise<T>,
): Promise<T> {
  for (const attempts: Attempts = {failures: 0}; ; ) {
    checkCancelled(signal);
    try {
      return await action(attempts);
    } catch (failure) {
      if (!(failure instanceof Transient)) throw failure;
      await waitAfter(failure, ++attempts.failures, patience, signal);
    }
  }
}

async function waitAfter(
  failure: Transient,
  failures: number,
  patience: Patience,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (failure.wait > patience.longestWait)
    throw new GerbilError(
      "overloaded",
      `${failure.sentence} It asks to come back in ${Math.ceil(failure.wait / 1000)} seconds: try again then.`,
    );
  if (failures >= patience.attempts)
    throw new GerbilError(
      failure.overloaded ? "overloaded" : "unavailable",
      `${failure.sentence} It was tried ${failures} times: try again later, what is downloaded is kept.`,
    );
  const doubled = patience.firstWait * 2 ** (failures - 1);
  await pause(Math.min(Math.max(doubled, failure.wait), patience.longestWait), signal);
}

/** Waits for so many milliseconds. Throws GerbilError `cancelled`. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  checkCancelled(signal);
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(cancelledError());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, {once: true});
  });
}
