#include <algorithm>
#include <cmath>

#include "backends/cpu/operations.hpp"
#include "kernels/cpu/elementwise.hpp"

namespace gerbil::cpu {
namespace {

// The rows of one sequence that are pooled.
struct Rows {
  const float* first = nullptr;
  std::int64_t count = 0;
  std::int64_t skipped = 0;  // before them
  std::int64_t width = 0;
  const float* row(std::int64_t i) const { return first + i * width; }
};

void largest(const Rows& rows, float* out) {
  std::copy_n(rows.first, rows.width, out);
  for (std::int64_t i = 1; i < rows.count; ++i) kernels::maximum(out, rows.row(i), rows.width, out);
}

// out = Σ weight(i) · row i, divided by `divisor`
template <typename Weight>
void sum(const Rows& rows, float divisor, const Weight& weight, float* out) {
  std::fill_n(out, rows.width, 0.0f);
  for (std::int64_t i = 0; i < rows.count; ++i) kernels::add_scaled(rows.row(i), weight(i), rows.width, out);
  kernels::scale(out, 1.0f / divisor, rows.width, out);
}

void pool(graph::Pooling mode, const Rows& rows, float* out) {
  const auto one = [](std::int64_t) { return 1.0f; };
  const auto count = static_cast<float>(rows.count);
  if (rows.count == 0 && mode != graph::Pooling::first) {
    std::fill_n(out, rows.width, 0.0f);
    return;
  }
  switch (mode) {
    case graph::Pooling::first:
      std::copy_n(rows.first, rows.width, out);
      return;
    case graph::Pooling::max:
      return largest(rows, out);
    case graph::Pooling::mean:
      return sum(rows, count, one, out);
    case graph::Pooling::mean_sqrt_length:
      return sum(rows, std::sqrt(count), one, out);
    case graph::Pooling::weighted_mean:
      return sum(
          rows, count * (static_cast<float>(rows.skipped) + (count + 1) / 2),
          [&](std::int64_t i) { return static_cast<float>(rows.skipped + i + 1); }, out);
    case graph::Pooling::last:
      std::copy_n(rows.row(rows.count - 1), rows.width, out);
      return;
  }
}

}  // namespace

Operation make_pool(const graph::Node& node, const graph::Pool& pooling) {
  return [in = node.inputs[0], out = node.outputs[0], modes = pooling.modes](Machine& m) {
    const std::int64_t width = m.width(in);
    m.pool.run(static_cast<std::size_t>(m.outputs), [&](std::size_t output, std::size_t) {
      const std::int32_t last = m.batch->outputs[output];
      const std::int32_t position = m.batch->positions[static_cast<std::size_t>(last)];
      const auto sequence = static_cast<std::size_t>(m.batch->sequences[static_cast<std::size_t>(last)]);
      const std::int32_t wanted = m.batch->views[sequence].skipped;
      const std::int32_t skipped = wanted > position ? 0 : wanted;
      const std::int32_t count = wanted > position ? 0 : position + 1 - wanted;
      const Rows rows{m.value(in) + (last - position + skipped) * width, count, skipped, width};
      float* to = m.value(out) + static_cast<std::int64_t>(output) * m.width(out);
      for (const graph::Pooling mode : modes) {
        pool(mode, rows, to);
        to += width;
      }
    });
  };
}

}  // namespace gerbil::cpu
