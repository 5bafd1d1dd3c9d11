#include "backends/webgpu/sampler.hpp"

#include <algorithm>
#include <bit>

#include "backends/webgpu/results.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::size_t row_words = 11;        // of kernels/wgsl/sample.wgsl
constexpr std::size_t adjustment_words = 3;  // likewise
constexpr std::uint32_t no_mask = ~0u;       // likewise

// WGSL divides by powers of two within 2^±126 only, and may take a smaller number for 0. Beyond them a temperature
// chooses as these do.
float divisor(float temperature) { return temperature > 0.0f ? std::clamp(temperature, 0x1p-126f, 0x1p118f) : 0.0f; }

}  // namespace

Sampler::Sampler(Machine& machine)
    : machine_(machine),
      kernel_(machine.kernel("sample", {{"VOCABULARY", machine.width(machine.graph.output)}}, machine.row_threads())),
      log_probabilities_(machine) {}

void Sampler::reserve(std::size_t words, std::size_t mask_words) {
  const bool rows_fit = bound_ && rows_.size() >= 4 * words;
  const bool masks_fit = bound_ && masks_.size() >= 4 * mask_words;
  if (rows_fit && masks_fit) return;
  bound_ = {};  // until all of them are there
  // Room to grow: penalties add a few tokens a step.
  if (!rows_fit) rows_ = machine_.device.buffer(8 * std::max<std::size_t>(words, 1024), "sampling");
  if (!rows_fit) kept_ = machine_.device.buffer(rows_.size(), "logits before adjustments");
  if (!masks_fit) masks_ = machine_.device.buffer(8 * mask_words, "masks");
  const std::vector<gpu::Binding> bindings{
      {0, machine_.value(machine_.graph.output)}, {1, rows_}, {2, machine_.chosen}, {3, kept_}, {4, masks_}};
  bound_ = machine_.device.bind(kernel_, bindings);
}

void Sampler::record(const Choices& choices, std::vector<gpu::Range>& results) {
  const std::size_t count = choices.chosen.size();
  if (count == 0) return;
  const std::size_t row_mask_words = (row_width(machine_) + 31) / 32;
  std::vector<std::uint32_t> words;
  std::size_t adjustment = row_words * count;
  std::size_t mask = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Sampling& row = choices.sampling[i];
    words.insert(words.end(),
                 {static_cast<std::uint32_t>(choices.chosen[i]), std::bit_cast<std::uint32_t>(divisor(row.temperature)),
                  static_cast<std::uint32_t>(row.top_k), std::bit_cast<std::uint32_t>(row.top_p),
                  std::bit_cast<std::uint32_t>(row.min_p), static_cast<std::uint32_t>(row.seed),
                  static_cast<std::uint32_t>(row.seed >> 32), row.step, static_cast<std::uint32_t>(adjustment),
                  static_cast<std::uint32_t>(row.adjustments.size()),
                  row.mask.empty() ? no_mask : static_cast<std::uint32_t>(mask)});
    adjustment += adjustment_words * row.adjustments.size();
    if (!row.mask.empty()) mask += row_mask_words;
  }
  for (const Sampling& row : choices.sampling)
    for (const LogitAdjustment& change : row.adjustments)
      words.insert(words.end(), {static_cast<std::uint32_t>(change.token), std::bit_cast<std::uint32_t>(change.penalty),
                                 std::bit_cast<std::uint32_t>(change.add)});
  reserve(words.size(), mask);
  machine_.device.write(rows_, 0, std::as_bytes(std::span(words)));
  mask = 0;
  for (const Sampling& row : choices.sampling) {
    if (row.mask.empty()) continue;
    machine_.device.write(masks_, mask * sizeof(std::uint32_t), std::as_bytes(row.mask.first(row_mask_words)));
    mask += row_mask_words;
  }
  machine_.device.dispatch(bound_, {.y = static_cast<std::uint32_t>(count)});
  results.push_back({machine_.chosen, 0, count * sizeof(std::int32_t)});
  log_probabilities_.record(choices, results);
}

void Sampler::collect(const Choices& choices, std::span<const std::byte>& bytes, StepResult& result) const {
  result.tokens.assign_range(take<std::int32_t>(bytes, choices.chosen.size()));
  log_probabilities_.collect(choices, bytes, result);
}

}  // namespace gerbil::webgpu
