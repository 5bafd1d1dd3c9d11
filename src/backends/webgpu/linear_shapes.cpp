#include "backends/webgpu/linear_shapes.hpp"

#include <algorithm>

namespace gerbil::webgpu {
namespace {

// Weights with so many packed rows fill a large GPU whatever a workgroup takes of them.
constexpr std::int64_t large_rows = 4096;

// What a workgroup of linear_rows.wgsl takes. On an H100 with Qwen3-0.6B at 4 bits and 64 sequences, a step is 38
// billion products, 1.15 ms at the peak of f32 (132 processors, 128 a clock, 1.98 GHz), and reads 372 MB, 0.12 ms. The
// reasoning:
// - Of four columns an invocation loads 4 · fours units of weights and `tokens` of inputs from workgroup memory, 16
//   bytes each, for 16 · fours · tokens products. A processor loads 32 words and multiplies 128 in a clock, so one four
//   and 4 tokens reach at most half of the peak, two fours and 4 tokens two thirds.
// - A step of 16 columns is 64 · fours · tokens products of an invocation. Counted by hand, large_shape needs about 250
//   other instructions beside its 512, and small_shape about 230 beside 256: loads, the decoding, sums of inputs.
// - A workgroup reads all inputs of its tokens, so those are read rows / workgroup_rows() times from the second cache:
//   64 rows for 4,096 × 1,024 read 16 MB, 3 µs beside 8 at the peak of arithmetic; 16 rows for 1,024 × 2,048 read
//   32 MB, 6 µs beside 4. More tokens a workgroup would read weights, an eighth of the inputs' size, less often
//   instead.
// - A weight of 1,024 rows has 128 workgroups only if each takes 16 rows and 32 tokens, one a processor; 8 slices
//   give it 8 subgroups of work at least.
// Predicted were 45 % of the peak for large weights and 33 % for small, 2.8 ms a step and 15,000 tokens a second. An
// H100 took 5.4 ms, 9 to 18 % of the peak, and decoded 8,934, where four rows a team had decoded 4,766. 16 sequences:
// 3,729 instead of 3,239, where 6,500 had been predicted.
constexpr RowsShape large_shape{.slices = 4, .teams = 2, .fours = 2, .tokens = 4};
constexpr RowsShape small_shape{.slices = 8, .teams = 1, .fours = 1, .tokens = 4};
constexpr std::int64_t several_tokens = 2;

// Workgroup memory of linear_rows.wgsl. Sums of units and of squares are counted whether they are needed or not.
std::int64_t workgroup_bytes(const RowsShape& shape) {
  const std::int64_t tokens = shape.workgroup_tokens();
  const std::int64_t rows = shape.workgroup_rows();
  const std::int64_t tile = std::max(rows_units * (tokens + 2 + rows) * 16, tokens * rows * 4);
  return shape.slices * (tile + 2 * (rows_units + 1) * tokens * 4 + 2 * rows * 8) + 4;
}

}  // namespace

std::int64_t lanes(const Machine& machine) {
  return machine.tools.subgroup_size != 0 ? machine.tools.subgroup_size : 64;
}

VectorShape vector_shape(Way way, const Matrix& matrix, bool gated) {
  // More packed rows a team read the inputs less often, which is most of what several sequences read; fewer keep more
  // of a large GPU busy. Measured on an H200 with the shape of Qwen3-0.6B at 4 bits: 8 sequences decode 1.4 times as
  // many tokens with 4 as with those of one.
  if (way != one_row) return {.tokens = 4, .rows = 4};
  return {.tokens = 1, .rows = matrix.rows >= 16384 ? 4 : gated || matrix.rows >= large_rows ? 2 : 1};
}

RowsShape rows_shape(Way way, const Matrix& matrix, const Machine& machine) {
  RowsShape shape = matrix.rows >= large_rows ? large_shape : small_shape;
  // Small subgroups have fewer lanes than there are slices, and small GPUs less workgroup memory.
  shape.slices = std::min(shape.slices, lanes(machine));
  while (shape.slices > 1 && workgroup_bytes(shape) > machine.device.capabilities().max_workgroup_bytes)
    (shape.teams > 1 ? shape.teams : shape.fours > 1 ? shape.fours : shape.slices) /= 2;
  if (way == several_rows) shape.tokens = several_tokens;
  return shape;
}

}  // namespace gerbil::webgpu
