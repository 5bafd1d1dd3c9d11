#include "gpu/dawn/dawn.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "gerbil/error.hpp"
#include "gpu/adapters.hpp"

namespace gerbil::gpu {
namespace {

constexpr std::uint64_t adapter_timeout_ns = 30'000'000'000;

std::string_view name_of(wgpu::BackendType backend) {
  switch (backend) {
    case wgpu::BackendType::Vulkan:
      return "Vulkan";
    case wgpu::BackendType::Metal:
      return "Metal";
    case wgpu::BackendType::D3D12:
      return "D3D12";
    case wgpu::BackendType::D3D11:
      return "D3D11";
    case wgpu::BackendType::OpenGL:
      return "OpenGL";
    case wgpu::BackendType::OpenGLES:
      return "OpenGL ES";
    case wgpu::BackendType::WebGPU:
      return "WebGPU";
    default:
      return "unknown";
  }
}

int preference(const wgpu::AdapterInfo& info) {
  switch (info.adapterType) {
    case wgpu::AdapterType::DiscreteGPU:
      return 0;
    case wgpu::AdapterType::IntegratedGPU:
      return 1;
    case wgpu::AdapterType::CPU:
      return 3;
    default:
      return 2;
  }
}

bool same_adapter(const wgpu::AdapterInfo& a, const wgpu::AdapterInfo& b) {
  return a.backendType == b.backendType && a.vendorID == b.vendorID && a.deviceID == b.deviceID &&
         std::string_view(a.device) == std::string_view(b.device);
}

MatrixShape matrix_shape(const wgpu::Adapter& adapter) {
  if (!adapter.HasFeature(wgpu::FeatureName::ChromiumExperimentalSubgroupMatrix)) return {};
  wgpu::AdapterPropertiesSubgroupMatrixConfigs matrices;
  wgpu::AdapterInfo info;
  info.nextInChain = &matrices;
  if (adapter.GetInfo(&info) != wgpu::Status::Success) return {};
  std::vector<MatrixShape> shapes;
  for (std::size_t i = 0; i < matrices.configCount; ++i) {
    const wgpu::SubgroupMatrixConfig& config = matrices.configs[i];
    if (config.componentType == wgpu::SubgroupMatrixComponentType::F16 &&
        config.resultComponentType == wgpu::SubgroupMatrixComponentType::F32)
      shapes.push_back({config.M, config.N, config.K});
  }
  return best_matrix(shapes);
}

// An instance that can wait with a time limit and shows experimental features (subgroup matrices).
wgpu::Instance make_instance() {
  const char* const toggles[] = {"allow_unsafe_apis"};
  wgpu::DawnTogglesDescriptor toggle_descriptor;
  toggle_descriptor.enabledToggleCount = std::size(toggles);
  toggle_descriptor.enabledToggles = toggles;
  const wgpu::InstanceFeatureName features[] = {wgpu::InstanceFeatureName::TimedWaitAny};
  wgpu::InstanceDescriptor descriptor;
  descriptor.nextInChain = &toggle_descriptor;
  descriptor.requiredFeatureCount = std::size(features);
  descriptor.requiredFeatures = features;
  wgpu::Instance instance = wgpu::CreateInstance(&descriptor);
  if (!instance)
    throw Error(ErrorCode::internal, "Dawn could not make a WebGPU instance that waits with a time limit.");
  return instance;
}

}  // namespace

wgpu::Instance instance() {
  // One for the whole process: a driver that is loaded and unloaded again and again runs out of thread-local storage.
  // Never destroyed: when static objects are, the driver may be gone already.
  static const wgpu::Instance* const shared = new wgpu::Instance(make_instance());
  return *shared;
}

std::vector<wgpu::Adapter> find_adapters(const wgpu::Instance& instance) {
  // Dawn keeps shader-f16 from NVIDIA's Vulkan drivers, which fail some conformance tests of it (crbug.com/42251215);
  // what gerbil uses of it holds there: the op-parity tests pass. Subgroup matrices need Vulkan's memory model.
  const char* const toggles[] = {"vulkan_enable_f16_on_nvidia", "use_vulkan_memory_model"};
  wgpu::DawnTogglesDescriptor toggle_descriptor;
  toggle_descriptor.enabledToggleCount = std::size(toggles);
  toggle_descriptor.enabledToggles = toggles;
  std::vector<wgpu::Adapter> found;
  std::vector<wgpu::AdapterInfo> infos;
  constexpr std::array backends = {wgpu::BackendType::Vulkan, wgpu::BackendType::Metal, wgpu::BackendType::D3D12};
  for (const wgpu::BackendType backend : backends) {
    for (const bool fallback : {false, true}) {
      for (const auto power : {wgpu::PowerPreference::HighPerformance, wgpu::PowerPreference::LowPower}) {
        wgpu::RequestAdapterOptions options;
        options.nextInChain = &toggle_descriptor;
        options.featureLevel = wgpu::FeatureLevel::Core;
        options.powerPreference = power;
        options.forceFallbackAdapter = fallback;
        options.backendType = backend;
        wgpu::Adapter adapter;
        const wgpu::Future future = instance.RequestAdapter(
            &options, wgpu::CallbackMode::WaitAnyOnly,
            [](wgpu::RequestAdapterStatus, wgpu::Adapter result, wgpu::StringView, wgpu::Adapter* out) {
              *out = std::move(result);
            },
            &adapter);
        instance.WaitAny(future, adapter_timeout_ns);
        wgpu::AdapterInfo info;
        if (!adapter || adapter.GetInfo(&info) != wgpu::Status::Success) continue;
        if (std::ranges::any_of(infos, [&](const wgpu::AdapterInfo& other) { return same_adapter(info, other); }))
          continue;
        const auto place = std::ranges::find_if(
            infos, [&](const wgpu::AdapterInfo& other) { return preference(info) < preference(other); });
        found.insert(found.begin() + (place - infos.begin()), adapter);
        infos.insert(place, std::move(info));
      }
    }
  }
  return found;
}

Capabilities capabilities_of(const wgpu::Instance& instance, const wgpu::Adapter& adapter) {
  Capabilities result;
  wgpu::AdapterInfo info;
  wgpu::Limits limits;
  if (adapter.GetInfo(&info) != wgpu::Status::Success || adapter.GetLimits(&limits) != wgpu::Status::Success)
    throw Error(ErrorCode::internal, "The WebGPU adapter does not tell its properties and limits.");
  result.name = to_string(info.device);
  result.driver = to_string(info.description);
  result.backend = name_of(info.backendType);
  result.software = info.adapterType == wgpu::AdapterType::CPU;
  result.shader_f16 = adapter.HasFeature(wgpu::FeatureName::ShaderF16);
  result.timestamps = adapter.HasFeature(wgpu::FeatureName::TimestampQuery);
  // Kernels with several subgroups in a workgroup number them by the subgroup_id builtin: no assumption about how the
  // driver maps invocations to subgroups.
  if (adapter.HasFeature(wgpu::FeatureName::Subgroups) && info.subgroupMinSize == info.subgroupMaxSize &&
      instance.HasWGSLLanguageFeature(wgpu::WGSLLanguageFeatureName::SubgroupId))
    result.subgroup_size = info.subgroupMaxSize;
  if (result.shader_f16 && result.subgroup_size != 0) result.matrix = matrix_shape(adapter);
  result.max_binding_bytes = limits.maxStorageBufferBindingSize;
  result.max_buffer_bytes = limits.maxBufferSize;
  result.max_workgroup_threads = limits.maxComputeInvocationsPerWorkgroup;
  result.max_workgroup_bytes = limits.maxComputeWorkgroupStorageSize;
  result.max_groups = limits.maxComputeWorkgroupsPerDimension;
  return result;
}

}  // namespace gerbil::gpu
