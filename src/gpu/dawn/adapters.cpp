#include "gpu/adapters.hpp"

#include "gpu/dawn/dawn.hpp"

namespace gerbil::gpu {
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

std::string subgroups_of(const wgpu::Adapter& adapter) {
  if (!adapter.HasFeature(wgpu::FeatureName::Subgroups)) return "no";
  wgpu::AdapterInfo info;
  if (adapter.GetInfo(&info) != wgpu::Status::Success) return "unknown size";
  return subgroup_text(info.subgroupMinSize, info.subgroupMaxSize);
}

}  // namespace

std::vector<Adapter> adapters() {
  std::vector<Adapter> found;
  for (const wgpu::Adapter& adapter : find_adapters(instance()))
    found.push_back({capabilities_of(instance(), adapter), type_of(adapter), subgroups_of(adapter)});
  return found;
}

}  // namespace gerbil::gpu
