#include "backends/cpu/processor.hpp"

#include <fstream>

#include "base/thread_pool.hpp"
#include "kernels/cpu/targets.hpp"

namespace gerbil::cpu {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

std::vector<std::pair<std::string, std::string>> processor_details() {
  return {{"kernels use", kernels::target_name()}, {"cores", std::to_string(ThreadPool::usable_cores())}};
}

}  // namespace gerbil::cpu
