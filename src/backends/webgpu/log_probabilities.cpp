#include "backends/webgpu/log_probabilities.hpp"

#include <algorithm>

#include "backends/webgpu/results.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::size_t row_words = 4;  // of kernels/wgsl/log_probabilities.wgsl
// The kernel looks at the whole row for each; whoever wants more gets them from the row itself, which the CPU sorts.
constexpr std::int32_t most_alternatives = 64;

bool asks(const Sampling& sampling) { return sampling.alternatives >= 0; }
bool asks_device(const Sampling& sampling) { return asks(sampling) && sampling.alternatives <= most_alternatives; }
bool asks_row(const Sampling& sampling) { return asks(sampling) && !asks_device(sampling); }

// The chosen token and the others.
std::size_t scores_of(const Machine& machine, const Sampling& sampling) {
  return 1 + std::min(static_cast<std::size_t>(sampling.alternatives), row_width(machine));
}

}  // namespace

LogProbabilities::LogProbabilities(Machine& machine)
    : machine_(machine),
      kernel_(machine.kernel("log_probabilities", {{"VOCABULARY", machine.width(machine.graph.output)}},
                             machine.row_threads())) {}

void LogProbabilities::reserve(std::size_t rows, std::size_t scores) {
  const std::uint64_t row_bytes = rows * row_words * sizeof(std::uint32_t);
  const std::uint64_t score_bytes = scores * sizeof(ScoredToken);
  if (bound_ && rows_.size() >= row_bytes && scores_.size() >= score_bytes) return;
  bound_ = {};  // until both are there
  rows_ = machine_.device.buffer(2 * row_bytes, "rows of log-probabilities");
  scores_ = machine_.device.buffer(2 * score_bytes, "log-probabilities");
  const std::vector<gpu::Binding> bindings{
      {0, machine_.value(machine_.graph.output)}, {1, rows_}, {2, machine_.chosen}, {3, scores_}};
  bound_ = machine_.device.bind(kernel_, bindings);
}

void LogProbabilities::record(const Choices& choices, std::vector<gpu::Range>& results) {
  std::vector<std::uint32_t> words;
  std::size_t scores = 0;
  for (std::size_t i = 0; i < choices.chosen.size(); ++i) {
    if (!asks_device(choices.sampling[i])) continue;
    const std::size_t count = scores_of(machine_, choices.sampling[i]);
    words.insert(words.end(), {static_cast<std::uint32_t>(choices.chosen[i]), static_cast<std::uint32_t>(i),
                               static_cast<std::uint32_t>(count - 1), static_cast<std::uint32_t>(scores)});
    scores += count;
  }
  if (!words.empty()) {
    const std::size_t rows = words.size() / row_words;
    reserve(rows, scores);
    machine_.device.write(rows_, 0, std::as_bytes(std::span(words)));
    machine_.device.dispatch(bound_, {.y = static_cast<std::uint32_t>(rows)});
    results.push_back({scores_, 0, scores * sizeof(ScoredToken)});
  }
  for (std::size_t i = 0; i < choices.chosen.size(); ++i)
    if (asks_row(choices.sampling[i]))
      add_rows(machine_.value(machine_.graph.output), row_width(machine_), choices.chosen.subspan(i, 1), results);
}

void LogProbabilities::collect(const Choices& choices, std::span<const std::byte>& bytes, StepResult& result) const {
  result.probabilities.resize(choices.chosen.size());
  for (std::size_t i = 0; i < choices.chosen.size(); ++i) {
    if (!asks_device(choices.sampling[i])) continue;
    result.probabilities[i].assign_range(take<ScoredToken>(bytes, scores_of(machine_, choices.sampling[i])));
  }
  for (std::size_t i = 0; i < choices.chosen.size(); ++i) {
    if (!asks_row(choices.sampling[i])) continue;
    const auto row = take<float>(bytes, row_width(machine_));
    result.probabilities[i] = log_probabilities(row, result.tokens[i], choices.sampling[i].alternatives);
  }
}

}  // namespace gerbil::webgpu
