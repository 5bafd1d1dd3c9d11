// The devices of this machine, and what they could reach.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {

enum class Device {
  automatic,  // the best real GPU that WebGPU offers, the CPU otherwise
  cpu,
  webgpu,  // WebGPU even on a software adapter
};

// What `gerbil doctor` shows.
struct DeviceReport {
  std::string name;     // "NVIDIA H200", "llvmpipe (LLVM 21.1.8, 256 bits)", "AMD EPYC …"
  std::string backend;  // "cpu" or "webgpu"
  bool usable = false;  // for Device::automatic
  std::string reason;   // why not, in a sentence; empty when usable
  std::vector<std::pair<std::string, std::string>> details;  // features and limits, in order
};
std::vector<DeviceReport> devices();

// Ceilings of a device, for the benchmark's shares. Multiply and add count as two operations.
struct MachineCeilings {
  double read_bytes_per_second = 0;  // from memory
  double operations_per_second = 0;
  std::string arithmetic;                  // of the operations: "int8 dot products", "f16 subgroup matrices", "f32"
  double float_operations_per_second = 0;  // of f32 multiply-adds, for unquantised weights; CPU only
};
// Measures for about a second, with `threads` threads on the CPU (0: one a core). Device::webgpu is the best adapter;
// Device::automatic chooses as Model::load does. Throws Error{unsupported} for WebGPU where there is none.
MachineCeilings measure_machine(Device device, int threads = 0);

}  // namespace gerbil
