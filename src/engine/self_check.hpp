// Signs that a checkpoint is broken, looked for whenever one is loaded: a broken file otherwise prints fluent-looking
// garbage, and the user blames the engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/backend.hpp"
#include "engine/model_files.hpp"
#include "formats/check.hpp"
#include "runtime/driver.hpp"

namespace gerbil {

// A sentence for each weight of the graph that holds NaN, infinity or absurd scales.
std::vector<std::string> check_weights(const graph::Graph& graph, const WeightSource& weights,
                                       formats::CheckMode mode = formats::CheckMode::sampled);

// A sentence when the model predicts plain English hardly better than by throwing dice: its mean loss must beat that of
// the uniform distribution, ln(vocabulary), by a clear margin. A model with a chat template sees the text as its answer
// to a question, as that is what it was trained on.
std::optional<std::string> check_predictions(runtime::Driver& driver, const ModelFiles& files, std::int32_t vocabulary);

}  // namespace gerbil
