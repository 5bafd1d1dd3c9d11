#include "backends/webgpu/step_times.hpp"

#include <algorithm>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::webgpu {

StepTimes::StepTimes(Machine& machine) : machine_(machine) {
  const gpu::Capabilities& capabilities = machine.device.capabilities();
  if (!on() || capabilities.timestamps) return;
  throw Error(ErrorCode::unsupported,
              std::format("{} has no timestamps, so its operations cannot be timed one by one. Load the model without "
                          "a profile, or profile it on the CPU.",
                          capabilities.name));
}

void StepTimes::start(const Compiled& compiled) {
  if (!on()) return;
  std::vector<std::int64_t> weight_bytes;
  weight_bytes.reserve(machine_.graph.nodes.size());
  for (const graph::Node& node : machine_.graph.nodes)
    weight_bytes.push_back(std::holds_alternative<graph::Linear>(node.operation) ? compiled.matrix_of(node)->bytes : 0);
  machine_.options.profiler->start(machine_.graph, weight_bytes);
  times_.resize(machine_.graph.nodes.size());
}

void StepTimes::begin_step(const Batch& batch) {
  if (!on()) return;
  forget();  // what a step that was not finished has left
  batch_ = &batch;
  begun_ = Profiler::Clock::now();
}

void StepTimes::begin(std::size_t node, std::int64_t rows) {
  if (!on()) return;
  spans_.push_back(node);
  ++times_[node].runs;
  times_[node].rows += rows;
  machine_.device.begin_span();
}

void StepTimes::end() {
  if (on()) machine_.device.end_span();
}

void StepTimes::finish_step() {
  if (!on()) return;
  machine_.device.wait_idle();  // a step without wanted rows still runs
  const double seconds = Profiler::seconds_since(begun_);
  const std::vector<double> spans = machine_.device.take_spans();
  for (std::size_t i = 0; i < spans.size(); ++i) times_[spans_[i]].seconds += spans[i];
  machine_.options.profiler->add(*batch_, seconds, times_);
  forget();
}

void StepTimes::forget() {
  machine_.device.take_spans();
  spans_.clear();
  std::ranges::fill(times_, NodeTime());
}

}  // namespace gerbil::webgpu
