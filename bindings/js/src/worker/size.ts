// How much memory a model will take on the CPU.
import {defaultsOf} from "../platform.js";
import type {LoadBody} from "../protocol.js";
import {sizesOf} from "../storage/can_run.js";
import {wasmMemory} from "../storage/limits.js";
import {modelFacts} from "../storage/model_facts.js";
import type {CoreFile} from "../storage/open.js";
import {hasMemory64} from "./features.js";

/** Whether a model of these files wants more than 32-bit addresses reach, and may have it. */
export function wantsMemory64(files: CoreFile[], {quantize, cache_tokens, context_length}: LoadBody["options"]): boolean {
  if (!hasMemory64()) return false;
  const config = files.find(({path}) => path === "config.json");
  const text = new Uint8Array(Math.min(config?.size ?? 0, 2 ** 20));
  config?.read(0, text);
  const facts = modelFacts(files, new TextDecoder().decode(text), 0);
  const usual = defaultsOf("desktop");
  const context = context_length ?? Math.min(facts.contextLength || usual.context, usual.context);
  const tokens = cache_tokens ?? usual.conversations * context;
  return sizesOf(facts, facts.quantized ? "none" : quantize, tokens).memory > wasmMemory.bytes;
}
