// gerbil: the core as it is, with files of the model in OPFS.
import {hasRelaxedSimd} from "/package/worker/features.js";
import {storedFiles} from "./stored_files.js";

const LIMITS = [
  "maxStorageBufferBindingSize", "maxBufferSize", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupSizeX", "maxStorageBuffersPerShaderStage",
];

async function openDevice() {
  const adapter = await navigator.gpu?.requestAdapter({powerPreference: "high-performance"});
  if (!adapter) throw new Error("There is no WebGPU adapter in this browser.");
  const features = ["shader-f16", "subgroups"].filter((name) => adapter.features.has(name));
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  return {adapter, device: await adapter.requestDevice({requiredFeatures: features, requiredLimits: limits})};
}

const letMessagesIn = () => new Promise((resolve) => setTimeout(resolve));

export async function load({model, files, device, threads, quantize, task}) {
  const {default: createCore} = await import("/package/core/gerbil.js");
  const calls = new Map();
  const core = await createCore({
    locateFile: () => `/package/core/gerbil${hasRelaxedSimd() ? ".relaxed" : ""}.wasm`,
    threads,
    ...(device === "webgpu" && {gpu: await openDevice()}),
    onEvent(id, kind, value) {
      const call = calls.get(id);
      if (kind === "result") call.resolve(JSON.parse(value));
      else if (kind === "error") call.reject(new Error(value));
      else call.onEvent?.(kind, value);
    },
  });

  let last = 0;
  const call = (begin, onEvent) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      calls.set(id, {resolve, reject, onEvent});
      begin(id);
      const run = async () => {
        while (core.poll()) await (core.waiting() ?? letMessagesIn());
      };
      run().catch(reject);
    });

  core.mount("/models/0", await storedFiles(model, files));
  const options = {model: "/models/0", device, threads, quantize, context_length: task === "text" ? 1024 : 512};
  const info = await call((id) => core.load(id, 0, JSON.stringify(options)));
  const submit = (method, request, onEvent) => call((id) => core.submit(id, 0, method, JSON.stringify(request)), onEvent);

  return {
    notes: {device: info.device, warnings: info.warnings},

    async generate({prompt, tokens}) {
      const begin = performance.now();
      let first;
      const request = {prompt, raw: true, temperature: 0, max_tokens: tokens};
      const result = await submit("generate", request, () => (first ??= performance.now()));
      const end = performance.now();
      const {prompt_tokens: promptTokens, generated_tokens: written} = result;
      return {promptTokens, tokens: written, first: first - begin, rest: end - first};
    },

    async embed({texts}) {
      let numbers;
      await submit("embed", {input: texts}, (kind, value) => kind === "vectors" && (numbers = value.slice()));
      const size = numbers.length / texts.length;
      return {vectors: texts.map((_, index) => numbers.subarray(index * size, (index + 1) * size))};
    },
  };
}
