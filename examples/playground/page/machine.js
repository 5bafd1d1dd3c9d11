// What the machine is, what is loaded on it, and how fast it was.
import {benchmark} from "./benchmark.js";
import {$, bytes, fill, grouped, h, rate, seconds, sentence} from "./elements.js";
import {state, watch} from "./engine.js";
import {gpuFacts, measureMemory} from "./facts.js";

let gpu = null; // of gpuFacts()
let memory = null; // of measureMemory()
let measuring = false;

function threads() {
  if (crossOriginIsolated) return String(Math.min(navigator.hardwareConcurrency, 8));
  const again = navigator.serviceWorker?.controller || document.documentElement.dataset.offline;
  return `1, as the page is not cross-origin isolated${again ? ": reload it, and it will be" : ""}`;
}

function gpuText() {
  if (!gpu) return "…";
  return gpu.reason ?? [gpu.name, gpu.fallback && "computed on the CPU", ...gpu.features].filter(Boolean).join(", ");
}

function modelRows(use, {name, model}) {
  const info = model.info();
  const quantized = info.quantization === "none" ? "not quantised" : info.quantization;
  const size = `${grouped(info.parameters)} parameters, ${quantized}`;
  const parts = [
    ["weights", info.weight_bytes],
    ["cache", info.cache_bytes],
    ["buffers", info.arena_bytes],
  ];
  return [
    [use, `${name}: ${size}`],
    ["It runs on", info.fallback ? `${info.device}. ${info.fallback}` : info.device],
    [
      "Its memory",
      parts
        .filter(([, count]) => count > 0)
        .map(([what, count]) => `${bytes(count)} ${what}`)
        .join(", "),
    ],
    ["Loaded in", seconds(info.load_seconds)],
    info.backend === "webgpu" && ["Dispatches a token", String(info.dispatches_per_token)],
    info.backend === "webgpu" && ["Readbacks a token", String(info.readbacks_per_token)],
    info.notes.length > 0 && ["Notes", info.notes.join(" ")],
    info.warnings.length > 0 && ["Warnings", info.warnings.join(" ")],
  ];
}

function speedText({time_to_first_token, prefill_tokens_per_second, decode_tokens_per_second}) {
  const first = `first token after ${seconds(time_to_first_token)}`;
  const prompt = `prompt ${rate(prefill_tokens_per_second, "tokens")}`;
  return `${first}, ${prompt}, answer ${rate(decode_tokens_per_second, "tokens")}`;
}

function draw() {
  const rows = [
    ["GPU", gpuText()],
    gpu?.largestBuffer && ["Largest buffer", bytes(gpu.largestBuffer)],
    ["CPU cores", String(navigator.hardwareConcurrency)],
    ["Threads", threads()],
    ["Cross-origin isolated", crossOriginIsolated ? "yes" : "no"],
    navigator.deviceMemory && ["Memory", `about ${navigator.deviceMemory} GiB, or more than the browser tells`],
    ["Page and workers", memoryText()],
    ...(state.text ? modelRows("Text model", state.text) : []),
    ...(state.search ? modelRows("Search model", state.search) : []),
    state.lastTimings && ["Last answer", speedText(state.lastTimings)],
  ];
  fill($("facts"), ...rows.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

async function measure() {
  measuring = true;
  draw();
  memory = await measureMemory();
  measuring = false;
  draw();
}

function memoryText() {
  if (measuring) return "The browser measures, which may take a minute …";
  if (!memory) return h("button.plain", {type: "button", onclick: measure}, "Measure their memory");
  const {all, workers, page} = memory;
  const parts = [
    [all, "in all"],
    [workers, "of the engine's workers and WebAssembly"],
    [page, "of JavaScript on the page"],
  ];
  const told = parts.filter(([count]) => count !== null).map(([count, what]) => `${bytes(count)} ${what}`);
  return told.join(", ") || "The browser does not tell.";
}

$("machine").addEventListener("shown", async () => {
  gpu ??= await gpuFacts();
  draw();
});
watch(() => !$("machine").hidden && draw());

let control = null;
$("bench-run").addEventListener("click", async () => {
  if (control) return control.abort();
  control = new AbortController();
  $("bench-run").textContent = "Stop";
  try {
    const result = await benchmark(text => ($("bench-state").textContent = text), control.signal, memory);
    $("bench-result").textContent = JSON.stringify(result, null, 2);
    $("bench-result").hidden = $("bench-copy").hidden = false;
    $("bench-state").textContent = "The benchmark is done.";
  } catch (error) {
    $("bench-state").textContent = sentence(error) || "Stopped.";
  }
  control = null;
  $("bench-run").textContent = "Run the benchmark";
});
$("bench-copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText($("bench-result").textContent);
    $("bench-state").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren($("bench-result"));
    $("bench-state").textContent = "The browser does not let this page copy: the text is selected.";
  }
});
