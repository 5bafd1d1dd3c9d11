// Binds the weights a graph declares to a checkpoint, or to random numbers.
#pragma once

#include "backends/program.hpp"
#include "formats/checkpoint.hpp"
#include "gerbil/engine.hpp"

namespace gerbil {

// Describes declared weights from `checkpoint`; dense matrices are quantised as options.quantize says.
WeightSource checkpoint_weights(const formats::Checkpoint& checkpoint, const LoadOptions& options);

// Whether merge_projections may stack two declared weights.
bool can_merge(const WeightSource& weights, const graph::WeightDeclaration& a, const graph::WeightDeclaration& b);

}  // namespace gerbil
