// Binds the weights a graph declares to a checkpoint, or to random numbers.
#pragma once

#include <filesystem>
#include <string_view>

#include "backends/program.hpp"
#include "formats/checkpoint.hpp"
#include "gerbil/engine.hpp"

namespace gerbil {

// Describes declared weights from `checkpoint`; dense matrices are quantised as options.quantize says. `prefix` is
// what stored_name (weight_names.hpp) may add or take away. A name "FOLDER/module" is the module of the checkpoint in
// that folder below `modules`.
WeightSource checkpoint_weights(const formats::Checkpoint& checkpoint, const LoadOptions& options,
                                std::string_view prefix = {}, const std::filesystem::path& modules = {});

// The weight of a declaration that brings its numbers.
formats::Weight constant(const graph::WeightDeclaration& declaration);

// Whether merge_projections may stack two declared weights.
bool can_merge(const WeightSource& weights, const graph::WeightDeclaration& a, const graph::WeightDeclaration& b);

}  // namespace gerbil
