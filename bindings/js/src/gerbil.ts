// A loaded model: the interface of the package.
import type {Chat, ChatStart} from "./chat.js";
import type {Input} from "./messages.js";
import type {ModelInfo, ModelStatistics} from "./model_info.js";
import type {ObjectOptions, ObjectResult} from "./object.js";
import type * as requests from "./requests.js";
import type {Schema} from "./schema.js";
import type {TextStream} from "./text_stream.js";

/**
 * A loaded model. Any number of calls may run at once: they share the model's steps. What a model cannot do rejects
 * with a GerbilError of code "unsupported"; `info().tasks` says what it can.
 */
export interface Gerbil {
  /** An answer to a text or a conversation. */
  generate(input: Input, options?: requests.GenerateOptions): Promise<requests.GenerateResult>;
  /** The same, piece by piece. */
  stream(input: Input, options?: requests.GenerateOptions): TextStream;
  /** A conversation that remembers; begins with a system message, or with messages. */
  chat(start?: ChatStart): Chat;
  /**
   * An answer that satisfies a JSON schema or a validator of Standard Schema (Zod and others). Rejects with code
   * "context_full" when tokens end before the JSON does, and with "invalid_argument" when the validator wants more than
   * its JSON schema says.
   */
  generateObject<T>(input: Input, schema: Schema<T>, options?: ObjectOptions): Promise<ObjectResult<T>>;
  /** Texts to vectors that are close when the meanings are. */
  embed(input: string | string[], options?: requests.EmbedOptions): Promise<requests.EmbedResult>;
  /** The cosine between the meanings of two texts, from -1 to 1. */
  similarity(a: string, b: string, options?: requests.EmbedOptions): Promise<number>;
  /** The same of a text with each of others. */
  similarity(a: string, b: string[], options?: requests.EmbedOptions): Promise<number[]>;
  /** How well documents answer a query. */
  rerank(query: string, documents: string[], options?: requests.RankOptions): Promise<requests.RankResult>;
  /** The logits of the classes of texts. */
  classify(input: string | string[], options?: requests.ClassifyOptions): Promise<requests.ClassifyResult>;
  /** The ids of a text, with what the model expects around it unless `add_special` is false. */
  tokenize(text: string, options?: {add_special?: boolean} & requests.CallOptions): Promise<number[]>;
  /** The text of ids, without special tokens unless `skip_special` is false. */
  detokenize(tokens: number[], options?: {skip_special?: boolean} & requests.CallOptions): Promise<string>;
  /** The prompt of a conversation, as the model's chat template writes it. */
  render(input: Input, options?: requests.TemplateOptions & requests.CallOptions): Promise<string>;
  /** The logits after each of the tokens, `info().vocabulary_size` numbers each. */
  logits(tokens: number[], options?: requests.CallOptions): Promise<Float32Array>;
  /** What was loaded and where it runs. */
  info(): ModelInfo;
  /** What the model is at, and has done since it was loaded. */
  statistics(): Promise<ModelStatistics>;
  /** Loads the model anew, with the same options: after code "device_lost" or "internal", say. Open calls end. */
  reload(): Promise<void>;
  /** Gives the model's memory back; open calls end with code "cancelled". */
  dispose(): Promise<void>;
}
