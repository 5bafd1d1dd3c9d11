#include "engine/devices.hpp"

#include "backends/cpu/ceilings.hpp"
#include "backends/cpu/processor.hpp"
#include "base/boundary.hpp"

#ifdef GERBIL_WEBGPU
#include "backends/webgpu/adapters.hpp"
#include "backends/webgpu/ceilings.hpp"
#endif

namespace gerbil {
namespace {

std::vector<DeviceReport> find_devices() {
  std::vector<DeviceReport> reports;
#ifdef GERBIL_WEBGPU
  for (webgpu::AdapterReport& adapter : webgpu::adapters()) {
    DeviceReport report{adapter.name,
                        "webgpu",
                        !adapter.software,
                        "",
                        {{"type", adapter.type}, {"driver", adapter.driver}, {"api", adapter.backend}}};
    if (adapter.software)
      report.reason =
          "It is a software adapter, slower than gerbil's CPU backend; --device webgpu uses it all the same.";
    report.details.insert(report.details.end(), adapter.details.begin(), adapter.details.end());
    reports.push_back(std::move(report));
  }
#endif
  reports.push_back({cpu::processor_name(), "cpu", true, "", cpu::processor_details()});
  return reports;
}

MachineCeilings measure(Device device, int threads) {
#ifdef GERBIL_WEBGPU
  if (use_webgpu(device)) {
    webgpu::Ceilings ceilings = webgpu::measure_ceilings();
    return {.read_bytes_per_second = ceilings.read_bytes_per_second,
            .operations_per_second = ceilings.operations_per_second,
            .arithmetic = std::move(ceilings.arithmetic)};
  }
#else
  use_webgpu(device);
#endif
  const auto ceilings = cpu::measure_ceilings(threads);
  return {ceilings.read_bytes_per_second, ceilings.int8_operations_per_second, "int8 dot products",
          ceilings.float_operations_per_second};
}

}  // namespace

std::vector<DeviceReport> devices() { return guarded(find_devices); }

bool use_webgpu(Device device) {
#ifdef GERBIL_WEBGPU
  return device == Device::webgpu || (device == Device::automatic && !webgpu::unusable_reason());
#else
  if (device == Device::webgpu)
    throw Error(ErrorCode::unsupported, "This gerbil was built without WebGPU; choose the CPU.");
  return false;
#endif
}

bool may_wait(Device device) {
#if defined(GERBIL_WEBGPU) && defined(__EMSCRIPTEN__)
  return !use_webgpu(device);
#else
  static_cast<void>(device);
  return true;
#endif
}

MachineCeilings measure_machine(Device device, int threads) {
  return guarded([&] { return measure(device, threads); });
}

}  // namespace gerbil
