// An embedding model of the AI SDK.
import type {EmbeddingModelV4} from "@ai-sdk/provider";
import type {Source} from "./source.js";

const mostTexts = 1024; // of a call: the SDK asks for more in several

export function makeEmbeddingModel(modelId: string, source: Source): EmbeddingModelV4 {
  return {
    specificationVersion: "v4",
    provider: "gerbil",
    modelId,
    maxEmbeddingsPerCall: mostTexts,
    supportsParallelCalls: true,

    async doEmbed({values, dimensions, abortSignal, providerOptions}) {
      const {embeddings, tokens} = await source.embed(values, {
        ...(dimensions !== undefined && {dimensions}),
        ...(abortSignal && {signal: abortSignal}),
        ...providerOptions?.gerbil,
      });
      return {embeddings: embeddings.map(vector => Array.from(vector)), usage: {tokens}, warnings: []};
    },
  };
}
