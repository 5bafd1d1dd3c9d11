// What the operations of a step take, from the device's timestamps. WebGPU has them for passes only, so while a step is
// timed every operation is a pass of its own.
#pragma once

#include <vector>

#include "backends/profiler.hpp"
#include "backends/webgpu/compiled.hpp"

namespace gerbil::webgpu {

class StepTimes {
 public:
  // Without a profiler in the options nothing is timed, and all of this does nothing. Throws Error{unsupported} when
  // the device has no timestamps.
  explicit StepTimes(Machine& machine);
  void start(const Compiled& compiled);

  void begin_step(const Batch& batch);
  void begin(std::size_t node, std::int64_t rows);
  void end();
  void finish_step();  // waits for the device

 private:
  bool on() const { return machine_.options.profiler != nullptr; }
  void forget();

  Machine& machine_;
  const Batch* batch_ = nullptr;  // of the step in hand
  Profiler::Clock::time_point begun_;
  std::vector<std::size_t> spans_;  // the node of each
  std::vector<NodeTime> times_;     // by node
};

}  // namespace gerbil::webgpu
