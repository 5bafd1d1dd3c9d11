// The GPU of the browser, with all that it has, or the reason why there is none.
import {GerbilError} from "../error.js";
import type {Gpu} from "./core.js";

const features = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix", "timestamp-query"];

/** An adapter, or why there is none, a sentence. `software`: one that computes on the CPU will do. */
export async function findAdapter(software: boolean): Promise<GPUAdapter | string> {
  if (!self.isSecureContext)
    return "WebGPU needs a secure context: this page came neither over https nor from localhost.";
  if (!navigator.gpu) return "This browser has no WebGPU.";
  const adapter = await navigator.gpu.requestAdapter({powerPreference: "high-performance"});
  if (!adapter) return "This browser has WebGPU, but found no GPU that it may use.";
  if (adapter.info.isFallbackAdapter && !software)
    return `The GPU is a software adapter (${adapterName(adapter.info)}), which is slower than WebAssembly.`;
  return adapter;
}

/** The device of an adapter. */
export async function openGpu(adapter: GPUAdapter): Promise<Gpu> {
  try {
    const device = await adapter.requestDevice({
      requiredFeatures: features.filter(name => adapter.features.has(name as GPUFeatureName)) as GPUFeatureName[],
      requiredLimits: allLimits(adapter.limits),
    });
    return {device, adapter};
  } catch (error) {
    throw new GerbilError("device_lost", `The GPU (${adapterName(adapter.info)}) gave no device: ${String(error)}`);
  }
}

function adapterName(info: GPUAdapterInfo): string {
  return [info.vendor, info.architecture, info.description].filter(word => word !== "").join(" ") || "unnamed";
}

// The limits are accessors of the prototype.
function allLimits(limits: GPUSupportedLimits): Record<string, number> {
  const all: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") all[name] = value;
  }
  return all;
}
