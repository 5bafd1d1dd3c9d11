// What a graph is compiled to: packed weights, and the dispatches of every node.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/webgpu/host_rows.hpp"
#include "backends/webgpu/machine.hpp"
#include "backends/webgpu/memory.hpp"
#include "backends/weights.hpp"

namespace gerbil::webgpu {

struct Compiled {
  std::vector<MatrixUse> uses;
  std::vector<SharedWeights<Matrix>::Handle> matrices;  // by index of uses
  HostRows host_rows;
  std::int64_t shared_bytes = 0;      // of matrices that another program had packed
  std::vector<Operation> operations;  // by node; their kernels are still compiling

  // Null for a node that reads none, and until it is packed.
  const Matrix* matrix_of(const graph::Node& node) const;
};

// Fills `compiled`, and takes turns at the device for it. Throws what packing throws, and Error{unsupported} for what
// the adapter cannot run; what there is by then is to be let go of in a turn.
void compile(Machine& machine, const WeightSource& source, const Progress& progress, Compiled& compiled);

// What a step of it costs, and which fast paths are not taken.
ProgramInfo describe(const Machine& machine, const Compiled& compiled);

}  // namespace gerbil::webgpu
