// The calls of Gerbil, on a model that a worker has loaded.
import {makeChat} from "./chat.js";
import type {Connection} from "./connection.js";
import {embedTexts, startGenerate, streamText, withNumbers, type CallModel} from "./engine.js";
import {GerbilError} from "./error.js";
import type {Gerbil} from "./gerbil.js";
import {toMessages} from "./messages.js";
import type {ModelInfo, ModelStatistics} from "./model_info.js";
import {objectOptions, toObject} from "./object.js";
import {requestJson} from "./request_json.js";
import type {CallOptions, ClassifyResult, EmbedOptions, RankResult} from "./requests.js";
import {cosine} from "./vectors.js";

/** What "load" gives. */
export interface Loaded {
  model: number;
  info: ModelInfo;
}

/** `connection` is held for it, and `load` loads the model once more. */
export function makeGerbil(connection: Connection, first: Loaded, load: () => Promise<Loaded>): Gerbil {
  let loaded: Loaded | undefined = first;
  let disposed = false;
  let reloading: Promise<void> | undefined; // one for all who ask meanwhile

  const call: CallModel = (method, body, settings) => {
    if (!loaded) return {result: Promise.reject(absent()), cancel() {}};
    try {
      return connection.call(method, requestJson(body), {...settings, model: loaded.model});
    } catch (error) {
      return {result: Promise.reject(error as GerbilError), cancel() {}};
    }
  };
  const absent = () =>
    new GerbilError(
      "not_found",
      `The model was ${disposed ? "disposed of: load it again" : "not reloaded: call reload()"}.`,
    );
  // Of methods that have neither events nor a result to shape.
  const ask = async <Result>(method: string, {signal, ...body}: CallOptions & Record<string, unknown>) =>
    (await call(method, body, {signal}).result) as Result;
  const similarity = async (a: string, b: string | string[], options: EmbedOptions = {}) => {
    const [first, ...others] = (await embedTexts(call, [a].concat(b), options)).embeddings;
    const cosines = others.map(vector => cosine(first as Float32Array, vector));
    return typeof b === "string" ? cosines[0] : cosines;
  };
  const reload = async () => {
    if (disposed) throw absent();
    await unload();
    loaded = await load();
    if (!disposed) return;
    await unload();
    throw absent();
  };
  const unload = async () => {
    if (!loaded) return;
    const {result} = call("unload", null);
    loaded = undefined;
    await result.catch(() => {}); // it may be gone already, with its GPU or its worker
  };

  return {
    generate: (input, options = {}) => startGenerate(call, input, options).result,
    stream: (input, options = {}) => streamText(call, input, options),
    chat: start => makeChat((messages, options) => streamText(call, messages, options), start),
    generateObject: async (input, schema, options = {}) =>
      toObject(schema, await startGenerate(call, toMessages(input), objectOptions(schema, options)).result),
    embed: (input, options = {}) => embedTexts(call, input, options),
    similarity: similarity as Gerbil["similarity"],
    rerank: (query, documents, options) => ask<RankResult>("rank", {query, documents, ...options}),
    classify: (input, options) => ask<ClassifyResult>("classify", {input, ...options}),
    tokenize: async (text, options) => (await ask<{tokens: number[]}>("tokenize", {text, ...options})).tokens,
    detokenize: async (tokens, options) => (await ask<{text: string}>("detokenize", {tokens, ...options})).text,
    render: async (input, options) =>
      (await ask<{prompt: string}>("render", {messages: toMessages(input), ...options})).prompt,
    logits: async (tokens, {signal} = {}) => (await withNumbers(call, "logits", {tokens}, "rows", signal)).numbers,
    statistics: () => ask<ModelStatistics>("statistics", {}),
    info() {
      if (!loaded) throw absent();
      return loaded.info;
    },
    reload() {
      reloading ??= reload().finally(() => (reloading = undefined));
      return reloading;
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await reloading?.catch(() => {});
      await unload();
      connection.release();
    },
  };
}
