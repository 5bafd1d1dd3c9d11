// What is known of a model and of the browser before anything is downloaded: what can_run.ts judges.
import {platformOf} from "../platform.js";
import {type CanRun, type DeviceFacts, judge, type ModelFacts, type RunOptions} from "./can_run.js";
import {listNeeded} from "./download.js";
import {type Context, text} from "./http.js";
import {LARGEST_SMALL_FILE} from "./listing.js";
import {readManifest} from "./manifest.js";
import {folderName, parseModelName} from "./name.js";
import {modelsDirectory, opfsFolder} from "./opfs.js";
import {contextOf, type HubOptions, type OpenOptions} from "./options.js";
import {isObject, parsed} from "./text.js";

/**
 * Whether a model of the hub or at an address will run in this browser, before it is downloaded. Asks for its list of
 * files and its configuration where it is not stored. Throws GerbilError as openModel() does.
 */
export async function canRun(
  model: string,
  options: HubOptions & RunOptions & Pick<OpenOptions, "signal" | "patience"> = {},
): Promise<CanRun> {
  const name = parseModelName(model, options.revision, options.base);
  const [facts, device] = await Promise.all([gatherModel(contextOf(name, options)), gatherDevice()]);
  return judge(facts, device, options);
}

async function gatherModel(context: Context): Promise<ModelFacts> {
  return (await storedFacts(context)) ?? (await listedFacts(context));
}

async function storedFacts({name}: Context): Promise<ModelFacts | null> {
  const directory = await (await modelsDirectory())?.getDirectoryHandle(folderName(name)).catch(() => null);
  const folder = directory && opfsFolder(directory);
  const manifest = folder && (await readManifest(folder));
  if (!manifest) return null;
  const config = manifest.files.find(file => file.path === "config.json");
  return modelFacts(manifest.files, config ? ((await folder.readText(config.name)) ?? "") : "", 0);
}

async function listedFacts(context: Context): Promise<ModelFacts> {
  const files = [...(await listNeeded(context)).files.values()];
  const config = files.find(file => file.path === "config.json");
  const json = config ? (await text(context, config.url, LARGEST_SMALL_FILE)).text : "";
  return modelFacts(files, json, files.reduce((sum, file) => sum + file.size, 0));
}

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

/** What the browser says of itself. */
export async function gatherDevice(): Promise<DeviceFacts> {
  const {deviceMemory} = navigator as {deviceMemory?: number}; // in GiB, in Chromium
  const {usage, quota} = (await navigator.storage?.estimate()) ?? {};
  const adapter = await navigator.gpu?.requestAdapter();
  const agent = navigator.userAgent;
  return {
    platform: platformOf(agent, navigator.maxTouchPoints ?? 0),
    safari: /Version\/[\d.]+.*Safari\//.test(agent) && !/Chrom|Android/.test(agent),
    deviceMemory: deviceMemory === undefined ? null : deviceMemory * 2 ** 30,
    room: usage === undefined || quota === undefined ? null : {usage, quota},
    gpu: adapter
      ? {
          maxBufferSize: adapter.limits.maxBufferSize,
          maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
        }
      : null,
  };
}
