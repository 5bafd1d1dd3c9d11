// A batch as passes over the graph.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/program.hpp"
#include "backends/webgpu/machine.hpp"

namespace gerbil::webgpu {

// The rows of a batch that run together, by their numbers in the batch.
struct Pass {
  Way way = many_rows;
  Reach reach = far_reach;
  std::vector<std::size_t> rows;
  std::vector<std::uint32_t> selected;  // see kernels/wgsl/select_rows.wgsl
};

// What is decoded and what is read of prompts run apart, so that the kernels a sequence goes through, and with them the
// rounding of its numbers, do not depend on what else is in the batch.
std::vector<Pass> split(const Batch& batch);

// What kernels/wgsl/step.wgsl reads.
std::vector<std::uint32_t> step_words(const Batch& batch, const Pass& pass);

}  // namespace gerbil::webgpu
