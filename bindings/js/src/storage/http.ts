// One request at a time: the token, errors, and servers that stop in the middle.
import {GerbilError} from "../error.js";
import {cancelledError, checkCancelled, type Patience, persistently, Transient} from "./patience.js";
import {type Origin, refuse} from "./refusal.js";
import {shownAddress} from "./text.js";

/** What the requests of a download have in common. */
export interface Context extends Origin {
  patience: Patience;
  signal: AbortSignal | undefined;
}

/** An answer, and its body in pieces. */
export interface Answer {
  response: Response;
  body(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

export interface Asked {
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  /** Statuses beside those of success that are no error. */
  accepted?: number[];
}

/**
 * Asks, and gives to `use` the answer, a success or one of the accepted statuses; what of the body is not read then is
 * dropped. The token goes to the endpoint, and browsers do not send it on to where that redirects to.
 * Throws Transient, GerbilError as refuse() does, and `cancelled`.
 */
export async function request<T>(
  context: Context,
  url: string,
  {method = "GET", headers = {}, accepted = []}: Asked,
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
  checkCancelled(context.signal);
  const stop = new AbortController();
  const abort = () => stop.abort();
  context.signal?.addEventListener("abort", abort, {once: true});
  const onHub = new URL(url).origin === new URL(context.endpoint).origin;
  if (onHub && context.token) headers = {...headers, Authorization: `Bearer ${context.token}`};

  // What fetch and its streams throw is about the network, or is our own doing.
  const guarded = async <R>(action: () => Promise<R>): Promise<R> => {
    const timer = setTimeout(abort, context.patience.stall);
    try {
      return await action();
    } catch {
      if (context.signal?.aborted) throw cancelledError();
      throw new Transient(
        stop.signal.aborted
          ? `${shownAddress(url)} sent nothing for ${Math.round(context.patience.stall / 1000)} seconds.`
          : `${shownAddress(url)} cannot be reached: there is no network, or its server does not let pages of ` +
              `${location.origin} read it.`,
      );
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const response = await guarded(() =>
      fetch(url, {method, headers, cache: "no-store", credentials: "same-origin", signal: stop.signal}),
    );
    if (!response.ok && !accepted.includes(response.status)) refuse(response, context);
    const body = async function* () {
      const reader = response.body?.getReader();
      while (reader) {
        const {done, value} = await guarded(() => reader.read());
        if (done) return;
        yield value;
      }
    };
    return await use({response, body});
  } finally {
    context.signal?.removeEventListener("abort", abort);
    stop.abort();
  }
}

/** A small text, tried again where that may help. Throws GerbilError `corrupt` for more than `most` bytes. */
export async function text(
  context: Context,
  url: string,
  most: number,
): Promise<{text: string; headers: Headers}> {
  return persistently(context.patience, context.signal, () =>
    request(context, url, {}, async ({response, body}) => {
      const decoder = new TextDecoder();
      let text = "";
      let size = 0;
      for await (const bytes of body()) {
        size += bytes.length;
        if (size > most)
          throw new GerbilError("corrupt", `${shownAddress(url)} answered with more than ${most} bytes.`);
        text += decoder.decode(bytes, {stream: true});
      }
      return {text: text + decoder.decode(), headers: response.headers};
    }),
  );
}
