// Which GPUs WebGPU offers on this machine, and whether the automatic choice of a device should use one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gerbil::webgpu {

struct AdapterReport {
  std::string name;     // "NVIDIA H200"
  std::string driver;   // as the driver describes itself
  std::string backend;  // "Vulkan", "Metal", "D3D12", …
  std::string type;     // "discrete GPU", "integrated GPU", "software", "unknown"
  bool software = false;
  // Features and limits that kernels depend on, by name, for people.
  std::vector<std::pair<std::string, std::string>> details;
};

// Every adapter, best first. Empty when there is none; never throws for a missing driver.
std::vector<AdapterReport> adapters();

// Why the automatic choice must not take WebGPU here, as a sentence: no adapter, or only software ones, which are
// slower than the CPU backend. Empty when there is a real GPU.
std::optional<std::string> unusable_reason();

}  // namespace gerbil::webgpu
