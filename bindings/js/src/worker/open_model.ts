// INTERIM
import type {OpenModel} from "./load.js";
export const openModel: OpenModel = async (source) => {
  if (source.kind !== "url") throw new Error("interim");
  const names = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors", "modules.json", "1_Pooling/config.json", "config_sentence_transformers.json", "sentence_bert_config.json", "special_tokens_map.json", "vocab.txt"];
  const files = [];
  for (const path of names) {
    const response = await fetch(source.url.replace(/\/?$/, "/") + path);
    if (!response.ok) continue;
    const bytes = new Uint8Array(await response.arrayBuffer());
    files.push({path, size: bytes.length, read(offset: number, into: Uint8Array) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    }});
  }
  return {files, close() {}};
};
