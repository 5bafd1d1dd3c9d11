// What is known of a model and of the browser before anything is downloaded: what can_run.ts judges.
import {platformOf} from "../platform.js";
import {hasMemory64} from "../worker/features.js";
import {type CanRun, type DeviceFacts, judge, type ModelFacts, type RunOptions} from "./can_run.js";
import {listNeeded} from "./download.js";
import {type Context, text} from "./http.js";
import {LARGEST_SMALL_FILE} from "./listing.js";
import {readManifest} from "./manifest.js";
import {modelFacts} from "./model_facts.js";
import {folderName, parseModelName} from "./name.js";
import {modelsDirectory, opfsFolder, requireSecureContext} from "./opfs.js";
import {contextOf, type HubOptions, type OpenOptions} from "./options.js";

/**
 * Whether a model of the hub or at an address will run in this browser, before it is downloaded. Asks for its list of
 * files and its configuration where it is not stored. Throws GerbilError as openModel() does.
 */
export async function canRun(
  model: string,
  options: HubOptions & RunOptions & Pick<OpenOptions, "signal" | "patience"> = {},
): Promise<CanRun> {
  requireSecureContext();
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
    memory64: hasMemory64(),
    room: usage === undefined || quota === undefined ? null : {usage, quota},
    gpu: adapter
      ? {
          maxBufferSize: adapter.limits.maxBufferSize,
          maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
        }
      : null,
  };
}
