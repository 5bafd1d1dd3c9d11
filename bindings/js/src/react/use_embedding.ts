// Texts to vectors.
import {useCallback} from "react";
import type {EmbedOptions, EmbedResult} from "../requests.js";
import {useGerbil, type EngineHandle, type ModelOptions} from "./provider.js";

export interface EmbeddingHandle extends EngineHandle {
  /** As of Gerbil; any number at once. */
  embed(input: string | string[], options?: EmbedOptions): Promise<EmbedResult>;
  similarity(a: string, b: string, options?: EmbedOptions): Promise<number>;
  similarity(a: string, b: string[], options?: EmbedOptions): Promise<number[]>;
}

export function useEmbedding(model: ModelOptions = {}): EmbeddingHandle {
  const engine = useGerbil(model);
  const {use} = engine;
  const embed = useCallback(
    (input: string | string[], options?: EmbedOptions) => use(gerbil => gerbil.embed(input, options)),
    [use],
  );
  const similarity = useCallback(
    (a: string, b: string | string[], options?: EmbedOptions) =>
      use<number | number[]>(gerbil => gerbil.similarity(a, b as string[], options)),
    [use],
  ) as EmbeddingHandle["similarity"];
  return {...engine, embed, similarity};
}
