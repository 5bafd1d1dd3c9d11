// What the files of a model tell of its size.
import type {ModelFacts} from "./can_run.js";
import {isObject, parsed} from "./text.js";

/** `config`: the text of config.json, of which what is missing counts as nothing. */
export function modelFacts(files: {path: string; size: number}[], config: string, download: number): ModelFacts {
  const value = parsed(config);
  const root = isObject(value) ? value : {};
  const inner = isObject(root.text_config) ? root.text_config : root; // of models of several parts
  const number = (key: string) => {
    const found = inner[key] ?? root[key];
    return typeof found === "number" && found >= 0 && found < 2 ** 40 ? found : 0;
  };
  const dtype = inner.dtype ?? inner.torch_dtype ?? root.dtype ?? root.torch_dtype;
  const heads = number("num_attention_heads");
  const head = number("head_dim") || (heads > 0 ? number("hidden_size") / heads : 0);
  const decoder = /ForCausalLM|ForConditionalGeneration/.test(String(root.architectures));
  const cached = number("num_hidden_layers") * (number("num_key_value_heads") || heads) * head;
  return {
    weights: files.filter(file => file.path.endsWith(".safetensors")).reduce((sum, file) => sum + file.size, 0),
    download,
    weightBytes: dtype === "float32" ? 4 : 2,
    quantized: isObject(root.quantization_config) || isObject(root.quantization),
    embedding: number("vocab_size") * number("hidden_size"),
    separateHead: decoder && (inner.tie_word_embeddings ?? root.tie_word_embeddings) === false,
    cachePerToken: decoder ? 2 * 2 * cached : 0, // keys and values, 16 bits each
    contextLength: number("max_position_embeddings"),
  };
}
