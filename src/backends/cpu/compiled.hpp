// What a graph is compiled to: packed weights, and an operation for every node.
#pragma once

#include <vector>

#include "backends/cpu/step.hpp"
#include "backends/weights.hpp"

namespace gerbil::cpu {

struct Compiled {
  std::vector<MatrixUse> uses;
  std::vector<SharedWeights<Matrix>::Handle> matrices;  // by index of uses
  std::int64_t shared_bytes = 0;                        // of matrices that another program had packed
  std::vector<Operation> operations;                    // by node

  const Matrix* matrix_of(const graph::Node& node) const;  // null for a node that reads none
};

// Packs the weights that no program of the memory has, and reserves the rest of the memory. Takes turns at the pool.
Compiled compile(Machine& machine, const WeightSource& source, const Progress& progress);

// What a step of it costs, and which fast paths are not taken.
ProgramInfo describe(const Machine& machine, const Compiled& compiled);

}  // namespace gerbil::cpu
