// Pieces of an answer as the parts of a stream of the AI SDK: each text, reasoning and call begins and ends.
import type {LanguageModelV4StreamPart} from "@ai-sdk/provider";
import type {GenerateResult} from "../requests.js";
import {callOf} from "./language_model.js";
import type {Piece} from "./source.js";

export interface PartWriter {
  write(piece: Piece): void;
  /** Ends what is open; the calls that are whole, and what is left of one that is not, come from the result. */
  end(result: GenerateResult): void;
}

export function partWriter(send: (part: LanguageModelV4StreamPart) => void): PartWriter {
  let count = 0;
  let open: {type: "text" | "reasoning"; id: string} | null = null;
  const calls = new Map<number, string>(); // their ids

  const close = () => {
    if (open) send({type: `${open.type}-end`, id: open.id});
    open = null;
  };
  const write = (type: "text" | "reasoning", delta: string) => {
    if (open?.type !== type) {
      close();
      open = {type, id: String(count++)};
      send({type: `${type}-start`, id: open.id});
    }
    send({type: `${type}-delta`, id: open.id, delta});
  };

  return {
    write(piece) {
      if (piece.type !== "tool_call") return write(piece.type, piece.text);
      const {index, id, name, arguments: delta, whole} = piece.piece;
      if (!calls.has(index)) {
        close();
        calls.set(index, id ?? "");
        send({type: "tool-input-start", id: id ?? "", toolName: name ?? ""});
      }
      const callId = calls.get(index) as string;
      if (delta) send({type: "tool-input-delta", id: callId, delta});
      if (whole) send({type: "tool-input-end", id: callId});
    },
    end({tool_calls = [], unfinished_tool_call}) {
      if (unfinished_tool_call) write("text", unfinished_tool_call);
      close();
      for (const call of tool_calls) send(callOf(call));
    },
  };
}
