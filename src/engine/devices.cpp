#include "backends/cpu/ceilings.hpp"
#include "backends/cpu/processor.hpp"
#include "gerbil/engine.hpp"

#ifdef GERBIL_WEBGPU
#include "backends/webgpu/adapters.hpp"
#endif

namespace gerbil {

std::vector<DeviceReport> devices() {
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

MachineCeilings measure_machine(int threads) {
  const auto ceilings = cpu::measure_ceilings(threads);
  return {ceilings.read_bytes_per_second, ceilings.int8_operations_per_second};
}

}  // namespace gerbil
