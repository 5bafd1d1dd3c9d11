// What the browser tells of the machine.

const named = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix", "timestamp-query"];

/** {name, fallback, features, largestBuffer} of the GPU, or {reason} why there is none. */
export async function gpuFacts() {
  if (!isSecureContext) return {reason: "WebGPU needs https, or http://localhost."};
  if (!navigator.gpu) return {reason: "This browser has no WebGPU."};
  const adapter = await navigator.gpu.requestAdapter({powerPreference: "high-performance"});
  if (!adapter) return {reason: "This browser has WebGPU, but found no GPU that it may use."};
  const {vendor, architecture, description, isFallbackAdapter} = adapter.info;
  return {
    name: [vendor, architecture, description].filter(Boolean).join(" ") || "a GPU that the browser does not name",
    fallback: Boolean(isFallbackAdapter),
    features: named.filter(feature => adapter.features.has(feature)),
    largestBuffer: Math.min(adapter.limits.maxBufferSize, adapter.limits.maxStorageBufferBindingSize),
  };
}

/**
 * {all, workers, page} in bytes: of the page with its workers, of the workers, whose WebAssembly the browser counts
 * with them, and of JavaScript on the page. Null of what the browser does not tell; the first two it tells isolated pages.
 */
export async function measureMemory() {
  const told = crossOriginIsolated && (await performance.measureUserAgentSpecificMemory?.());
  const ofWorker = ({attribution}) => attribution.some(({scope}) => scope === "DedicatedWorkerGlobalScope");
  return {
    all: told ? told.bytes : null,
    workers: told ? told.breakdown.filter(ofWorker).reduce((sum, part) => sum + part.bytes, 0) : null,
    page: performance.memory?.usedJSHeapSize ?? null,
  };
}
