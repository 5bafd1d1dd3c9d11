#include "backends/webgpu/adapters.hpp"

#include <format>

#include "gerbil/error.hpp"
#include "gpu/adapters.hpp"

namespace gerbil::webgpu {
namespace {

std::string megabytes(std::uint64_t bytes) { return std::format("{} MiB", bytes >> 20); }

AdapterReport report(const gpu::Adapter& adapter) {
  const gpu::Capabilities& capabilities = adapter.capabilities;
  const gpu::MatrixShape& matrix = capabilities.matrix;
  return {.name = capabilities.name,
          .driver = capabilities.driver,
          .backend = capabilities.backend,
          .type = adapter.type,
          .software = capabilities.software,
          .details = {{"shader-f16", capabilities.shader_f16 ? "yes" : "no"},
                      {"timestamps", capabilities.timestamps ? "yes" : "no"},
                      {"subgroups", adapter.subgroups},
                      {"subgroup matrices, f16 to f32",
                       matrix.m == 0 ? "no" : std::format("{}x{}x{}", matrix.m, matrix.n, matrix.k)},
                      {"largest storage binding", megabytes(capabilities.max_binding_bytes)},
                      {"largest buffer", megabytes(capabilities.max_buffer_bytes)},
                      {"threads in a workgroup", std::format("{}", capabilities.max_workgroup_threads)},
                      {"workgroup memory", std::format("{} KiB", capabilities.max_workgroup_bytes >> 10)},
                      {"workgroups in a dimension", std::format("{}", capabilities.max_groups)}}};
}

}  // namespace

std::vector<AdapterReport> adapters() {
  std::vector<AdapterReport> reports;
  for (const gpu::Adapter& adapter : gpu::adapters()) reports.push_back(report(adapter));
  return reports;
}

std::optional<std::string> unusable_reason() {
  std::vector<AdapterReport> found;
  try {
    found = adapters();
  } catch (const Error& error) {
    return error.what();
  }
  if (found.empty()) return "WebGPU found no adapter: there is no GPU, or its driver is not installed.";
  if (found.front().software)
    return std::format("WebGPU only found the software adapter {}, which is slower than the CPU backend.",
                       found.front().name);
  return std::nullopt;
}

}  // namespace gerbil::webgpu
