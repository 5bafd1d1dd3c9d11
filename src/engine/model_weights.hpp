// Binds the weights a graph declares to a checkpoint, or to random numbers.
#pragma once

#include <filesystem>

#include "backends/backend.hpp"
#include "formats/checkpoint.hpp"
#include "gerbil/model.hpp"
#include "models/registry.hpp"

namespace gerbil {

// Describes declared weights from `checkpoint`; dense matrices are quantised as options.quantize says. `family` says
// how names may be spelled (weight_names.hpp). A name "FOLDER/module" is the module of the checkpoint in that folder
// below `modules`.
WeightSource checkpoint_weights(const formats::Checkpoint& checkpoint, const LoadOptions& options,
                                const models::Family& family, const std::filesystem::path& modules = {});

// The weight of a declaration that brings its numbers.
formats::Weight constant(const graph::WeightDeclaration& declaration);

// Whether merge_projections may stack two declared weights.
bool can_merge(const WeightSource& weights, const graph::WeightDeclaration& a, const graph::WeightDeclaration& b);

}  // namespace gerbil
