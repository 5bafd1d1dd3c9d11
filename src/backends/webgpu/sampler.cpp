#include "backends/webgpu/sampler.hpp"

#include <algorithm>
#include <bit>

#include "backends/webgpu/results.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::int64_t threads = 256;
constexpr std::size_t row_words = 10;        // of kernels/wgsl/sample.wgsl
constexpr std::size_t adjustment_words = 3;  // likewise

// WGSL divides by powers of two within 2^±126 only, and may take a smaller number for 0. Beyond them a temperature
// chooses as these do.
float divisor(float temperature) { return temperature > 0.0f ? std::clamp(temperature, 0x1p-126f, 0x1p118f) : 0.0f; }

}  // namespace

Sampler::Sampler(Machine& machine)
    : machine_(machine),
      kernel_(machine.kernel("sample", {{"VOCABULARY", machine.width(machine.graph.output)}}, threads)),
      chosen_(machine.device.buffer(static_cast<std::uint64_t>(machine.options.max_outputs) * 4, "chosen tokens")) {}

void Sampler::reserve(std::size_t words) {
  if (rows_ && rows_.size() >= 4 * words) return;
  // Room to grow: penalties add a few tokens a step.
  rows_ = machine_.device.buffer(8 * std::max<std::size_t>(words, 1024), "sampling");
  kept_ = machine_.device.buffer(rows_.size(), "logits before adjustments");
  const std::vector<gpu::Binding> bindings{
      {0, machine_.value(machine_.graph.output)}, {1, rows_}, {2, chosen_}, {3, kept_}};
  bound_ = machine_.device.bind(kernel_, bindings);
}

void Sampler::record(const Choices& choices, std::vector<gpu::Range>& results) {
  const std::size_t count = choices.chosen.size();
  if (count == 0) return;
  std::vector<std::uint32_t> words;
  std::size_t adjustment = row_words * count;
  for (std::size_t i = 0; i < count; ++i) {
    const Sampling& row = choices.sampling[i];
    words.insert(words.end(),
                 {static_cast<std::uint32_t>(choices.chosen[i]), std::bit_cast<std::uint32_t>(divisor(row.temperature)),
                  static_cast<std::uint32_t>(row.top_k), std::bit_cast<std::uint32_t>(row.top_p),
                  std::bit_cast<std::uint32_t>(row.min_p), static_cast<std::uint32_t>(row.seed),
                  static_cast<std::uint32_t>(row.seed >> 32), row.step, static_cast<std::uint32_t>(adjustment),
                  static_cast<std::uint32_t>(row.adjustments.size())});
    adjustment += adjustment_words * row.adjustments.size();
  }
  for (const Sampling& row : choices.sampling)
    for (const LogitAdjustment& change : row.adjustments)
      words.insert(words.end(), {static_cast<std::uint32_t>(change.token), std::bit_cast<std::uint32_t>(change.penalty),
                                 std::bit_cast<std::uint32_t>(change.add)});
  reserve(words.size());
  machine_.device.write(rows_, 0, std::as_bytes(std::span(words)));
  machine_.device.dispatch(bound_, {.y = static_cast<std::uint32_t>(count)});
  results.push_back({chosen_, 0, count * sizeof(std::int32_t)});
}

void Sampler::collect(const Choices& choices, std::span<const std::byte>& bytes, StepResult& result) {
  result.tokens.assign_range(take<std::int32_t>(bytes, choices.chosen.size()));
  result.probabilities.resize(choices.chosen.size());
}

}  // namespace gerbil::webgpu
