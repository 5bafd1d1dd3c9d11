// A provider for the AI SDK, on an engine or on `gerbil serve`. Of @ai-sdk/provider it has the types only.
import type {EmbeddingModelV4, LanguageModelV4, ProviderV4} from "@ai-sdk/provider";
import {GerbilError} from "../error.js";
import type {Gerbil} from "../gerbil.js";
import {makeEmbeddingModel} from "./embedding_model.js";
import {makeLanguageModel} from "./language_model.js";
import {serverSource, type ServerOptions} from "./server.js";
import type {Source} from "./source.js";

/** A loaded model for every id, or what loads the one of an id when it is first used. */
export type EngineOptions = {engine: Gerbil | ((modelId: string) => Promise<Gerbil>)};

export interface GerbilProvider extends ProviderV4 {
  /** The language model; an engine needs no id. */
  (modelId?: string): LanguageModelV4;
  languageModel(modelId?: string): LanguageModelV4;
  embeddingModel(modelId?: string): EmbeddingModelV4;
}

/**
 * The provider: `createGerbil({engine})` on an engine in this page or process, `createGerbil({baseURL})` on
 * `gerbil serve`. What the AI SDK has no name for goes into `providerOptions.gerbil`, by gerbil's names.
 */
export function createGerbil(options: EngineOptions | ServerOptions): GerbilProvider {
  const sources = new Map<string, Source>();
  const sourceOf = (modelId: string) => {
    const source =
      sources.get(modelId) ?? ("engine" in options ? engineSource(modelId, options) : serverSource(modelId, options));
    sources.set(modelId, source);
    return source;
  };
  const languageModel = (modelId = "gerbil") => makeLanguageModel(modelId, sourceOf(modelId));
  const embeddingModel = (modelId = "gerbil") => makeEmbeddingModel(modelId, sourceOf(modelId));
  const imageModel = () => {
    throw new GerbilError("unsupported", "gerbil makes no images.");
  };
  return Object.assign((modelId?: string) => languageModel(modelId), {
    specificationVersion: "v4" as const,
    languageModel,
    embeddingModel,
    imageModel,
  });
}

function engineSource(modelId: string, {engine}: EngineOptions): Source {
  let loading: Promise<Gerbil> | undefined;
  const load = async () => {
    if (typeof engine !== "function") return engine;
    loading ??= engine(modelId);
    loading.catch(() => (loading = undefined)); // the next call tries again
    return loading;
  };
  return {
    generate: async (messages, options) => (await load()).generate(messages, options),
    embed: async (texts, options) => (await load()).embed(texts, options),
  };
}
