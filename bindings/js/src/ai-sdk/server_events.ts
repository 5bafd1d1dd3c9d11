// A stream of events from `gerbil serve`: lines "data: JSON", comments, and "data: [DONE]" at the end.
import {GerbilError} from "../error.js";

const longestLine = 16 << 20; // characters

/**
 * The JSON of the events. Throws GerbilError for one that says an error, and "unavailable" for a stream that breaks
 * off.
 */
export async function* events(response: Response): AsyncGenerator<unknown> {
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let rest = "";
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) throw new GerbilError("unavailable", "The server's answer broke off before its end.");
      rest += value;
      if (rest.length > longestLine)
        throw new GerbilError("corrupt", `The server's answer has a line of over ${longestLine} characters.`);
      const lines = rest.split("\n");
      rest = lines.pop() as string;
      for (const line of lines) {
        if (!line.startsWith("data:")) continue;
        const data = line.slice(5).trim();
        if (data === "[DONE]") return;
        const event = JSON.parse(data) as {error?: {message: string}};
        if (event.error) throw new GerbilError("internal", event.error.message);
        yield event;
      }
    }
  } finally {
    await reader.cancel();
  }
}
