#include "backends/webgpu/adapters.hpp"

#include <format>

#include "backends/webgpu/dawn.hpp"
#include "gerbil/error.hpp"

namespace gerbil::webgpu {
namespace {

std::string type_of(const wgpu::Adapter& adapter) {
  wgpu::AdapterInfo info;
  if (adapter.GetInfo(&info) != wgpu::Status::Success) return "unknown";
  switch (info.adapterType) {
    case wgpu::AdapterType::DiscreteGPU:
      return "discrete GPU";
    case wgpu::AdapterType::IntegratedGPU:
      return "integrated GPU";
    case wgpu::AdapterType::CPU:
      return "software";
    default:
      return "unknown";
  }
}

std::string megabytes(std::uint64_t bytes) { return std::format("{} MiB", bytes >> 20); }

std::string subgroups_of(const wgpu::Adapter& adapter) {
  if (!adapter.HasFeature(wgpu::FeatureName::Subgroups)) return "no";
  wgpu::AdapterInfo info;
  if (adapter.GetInfo(&info) != wgpu::Status::Success) return "unknown size";
  return info.subgroupMinSize == info.subgroupMaxSize
             ? std::format("{} wide", info.subgroupMaxSize)
             : std::format("{} to {} wide", info.subgroupMinSize, info.subgroupMaxSize);
}

AdapterReport report(const wgpu::Instance& instance, const wgpu::Adapter& adapter) {
  const gpu::Capabilities capabilities = gpu::capabilities_of(instance, adapter);
  const gpu::MatrixShape& matrix = capabilities.matrix;
  return {.name = capabilities.name,
          .driver = capabilities.driver,
          .backend = capabilities.backend,
          .type = type_of(adapter),
          .software = capabilities.software,
          .details = {{"shader-f16", capabilities.shader_f16 ? "yes" : "no"},
                      {"timestamps", capabilities.timestamps ? "yes" : "no"},
                      {"subgroups", subgroups_of(adapter)},
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
  const wgpu::Instance instance = gpu::instance();
  std::vector<AdapterReport> reports;
  for (const wgpu::Adapter& adapter : gpu::find_adapters(instance)) reports.push_back(report(instance, adapter));
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
