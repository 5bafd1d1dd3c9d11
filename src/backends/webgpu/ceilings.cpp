#include "backends/webgpu/ceilings.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "backends/webgpu/machine.hpp"

namespace gerbil::webgpu {
namespace {

// Long enough that the cost of handing work over does not count.
constexpr double measured_seconds = 0.03;
constexpr int rounds = 3;

double seconds_of(gpu::Device& device, const gpu::BoundKernel& kernel, gpu::Grid grid, int dispatches) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < dispatches; ++i) device.dispatch(kernel, grid);
  device.wait_idle();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The largest of several measurements of what one dispatch does, per second.
double best_rate(gpu::Device& device, const gpu::BoundKernel& kernel, gpu::Grid grid, double amount) {
  int dispatches = 1;
  while (seconds_of(device, kernel, grid, dispatches) < measured_seconds && dispatches < 1 << 12) dispatches *= 2;
  double best = 0;
  for (int round = 0; round < rounds; ++round)
    best = std::max(best, dispatches * amount / seconds_of(device, kernel, grid, dispatches));
  return best;
}

double measure_read(gpu::Device& device, const gpu::Buffer& sink) {
  constexpr std::int64_t threads = 256;
  constexpr std::int64_t loads = 8;
  constexpr std::uint64_t group_bytes = threads * loads * 16;
  // Larger than the caches of any GPU gerbil is for, where the adapter allows it.
  const std::uint64_t size = std::min<std::uint64_t>(device.capabilities().max_binding_bytes, 512u << 20);
  const auto groups = static_cast<std::uint32_t>(std::min<std::uint64_t>(size / group_bytes, 65535));
  const gpu::Buffer data = device.buffer(groups * group_bytes, "memory to read");
  const gpu::Kernel kernel =
      device.kernel("probe_read", kernel_source("probe_read", {{"WG", threads}, {"COUNT", loads}}));
  const std::vector<gpu::Binding> bindings{{0, data}, {1, sink}};
  return best_rate(device, device.bind(kernel, bindings), {.x = groups}, static_cast<double>(groups * group_bytes));
}

double measure_arithmetic(gpu::Device& device, const Toolset& tools, const gpu::Buffer& sink) {
  constexpr std::int64_t chains = 8;
  constexpr std::int64_t repeats = 256;
  constexpr std::uint32_t groups = 2048;
  Constants constants{{"CHAINS", chains}, {"ROUNDS", repeats}};
  std::int64_t threads = 128;
  double group_operations = 2.0 * 4 * chains * repeats * static_cast<double>(threads);
  if (tools.matrix.m != 0) {
    threads = 4 * tools.subgroup_size;
    for (const auto& [name, value] : {std::pair<const char*, std::int64_t>{"MATRIX_M", tools.matrix.m},
                                      {"MATRIX_N", tools.matrix.n},
                                      {"MATRIX_K", tools.matrix.k},
                                      {"MATRIX", 1},
                                      {"F16", 1},
                                      {"SUBGROUPS", 1}})
      constants[name] = value;
    group_operations = 2.0 * tools.matrix.m * tools.matrix.n * tools.matrix.k * chains * repeats * 4;
  }
  constants["WG"] = threads;
  const gpu::Buffer operands = device.buffer(1 << 12, "operands");
  const gpu::Kernel kernel = device.kernel("probe_multiply", kernel_source("probe_multiply", constants));
  const std::vector<gpu::Binding> bindings{{0, operands}, {1, sink}};
  return best_rate(device, device.bind(kernel, bindings), {.x = groups}, groups * group_operations);
}

}  // namespace

Ceilings measure_ceilings() {
  gpu::Device device;
  const Toolset tools = choose_tools(device.capabilities(), {});
  const gpu::Buffer sink = device.buffer(1 << 16, "results");
  Ceilings ceilings;
  ceilings.read_bytes_per_second = measure_read(device, sink);
  ceilings.operations_per_second = measure_arithmetic(device, tools, sink);
  ceilings.arithmetic = tools.matrix.m != 0 ? "f16 subgroup matrices" : "f32";
  return ceilings;
}

}  // namespace gerbil::webgpu
