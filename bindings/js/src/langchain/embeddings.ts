import {Embeddings, type EmbeddingsParams} from "@langchain/core/embeddings";
import type {Gerbil} from "../gerbil.js";
import type {EmbedOptions} from "../requests.js";

export interface GerbilEmbeddingsFields extends EmbeddingsParams {
  engine: Gerbil;
  /** Of all texts. Default: documents and queries with the task of their name where the model has such prompts. */
  embed?: EmbedOptions;
}

/** Embeddings of an engine in this page or process. */
export class GerbilEmbeddings extends Embeddings {
  private readonly engine: Gerbil;
  private readonly options: EmbedOptions;

  constructor({engine, embed = {}, ...rest}: GerbilEmbeddingsFields) {
    super(rest);
    this.engine = engine;
    this.options = embed;
  }

  async embedDocuments(documents: string[]): Promise<number[][]> {
    const {embeddings} = await this.engine.embed(documents, {...this.taskOf("document"), ...this.options});
    return embeddings.map(vector => Array.from(vector));
  }

  async embedQuery(document: string): Promise<number[]> {
    const {embeddings} = await this.engine.embed([document], {...this.taskOf("query"), ...this.options});
    return Array.from(embeddings[0] as Float32Array);
  }

  // The pipeline names the prompts that a checkpoint has: "…; prompts: query, document".
  private taskOf(task: string): EmbedOptions {
    const prompts = this.engine.info().pipeline.split("prompts: ")[1]?.split(", ") ?? [];
    return prompts.includes(task) ? {task} : {};
  }
}
