// An answer while it is made.
import {GerbilError} from "./error.js";
import type {GenerateResult} from "./requests.js";

/**
 * The pieces of an answer's text, in order, for one reader: `for await (const piece of stream)`. Leaving the loop early
 * cancels the answer. Reasoning is left out; `onText` has it.
 */
export interface TextStream extends AsyncIterable<string> {
  /** The whole answer, once it is there; it need not be read piece by piece. */
  result: Promise<GenerateResult>;
  /** Ends the answer, whose `finish_reason` is "cancelled" then. */
  cancel(): void;
}

/** The stream of what `begin` makes, which hands pieces to its argument. */
export function makeTextStream(
  begin: (push: (piece: string) => void) => {result: Promise<GenerateResult>; cancel(): void},
): TextStream {
  const pieces: string[] = [];
  let arrived = () => {};
  let ended = false;
  const {result, cancel} = begin(piece => {
    pieces.push(piece);
    arrived();
  });
  const end = () => {
    ended = true;
    arrived();
  };
  result.then(end, end); // also means that a result nobody asks for is no unhandled rejection

  let readers = 0;
  async function* read() {
    if (++readers > 1) throw new GerbilError("invalid_argument", "A stream has one reader, and this one has two.");
    try {
      for (;;) {
        while (pieces.length > 0) yield pieces.splice(0).join("");
        if (ended) break;
        await new Promise<void>(resolve => (arrived = resolve));
      }
      await result;
    } finally {
      if (!ended) {
        cancel();
        await result.catch(() => {}); // a conversation may go on then
      }
    }
  }
  return {result, cancel, [Symbol.asyncIterator]: read};
}
