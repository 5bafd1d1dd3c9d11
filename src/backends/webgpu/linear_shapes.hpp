// How the kernels for decoded rows divide a projection (kernels/wgsl/linear_gemv.wgsl and linear_rows.wgsl).
#pragma once

#include <cstdint>

#include "backends/webgpu/machine.hpp"
#include "backends/webgpu/matrix.hpp"

namespace gerbil::webgpu {

// The invocations among which kernels/wgsl/linear_order.wgsl divides a row: those of a subgroup, or of a workgroup.
std::int64_t lanes(const Machine& machine);

// Of linear_gemv.wgsl: the rows of activations that share a weight once it is loaded, and the packed rows of a team.
struct VectorShape {
  std::int64_t tokens;
  std::int64_t rows;
};

// For one row or a few, and for more of a weight whose blocks linear_rows.wgsl does not take.
VectorShape vector_shape(Way way, const Matrix& matrix, bool gated);

// Of linear_rows.wgsl: how many slices a sum is shared out to, teams in a slice, and what an invocation sums: fours of
// packed rows, and tokens. Powers of two; tokens are at least as many as teams and at most four times as many.
struct RowsShape {
  std::int64_t slices;
  std::int64_t teams;
  std::int64_t fours;
  std::int64_t tokens;

  std::int64_t threads() const { return 32 * slices * teams; }
  // Of a workgroup.
  std::int64_t workgroup_rows() const { return 16 * teams * fours; }
  std::int64_t workgroup_tokens() const { return 8 * tokens; }
};

// Units of four columns that every slice has in workgroup memory.
inline constexpr std::int64_t rows_units = 4;

// For several rows or dozens. The slices, in whose order sums are added, are the same for every way.
RowsShape rows_shape(Way way, const Matrix& matrix, const Machine& machine);

}  // namespace gerbil::webgpu
