// Families by the name config.json gives them under "architectures".
#pragma once

#include <string>

#include "base/json.hpp"
#include "graph/graph.hpp"

namespace gerbil::models {

// The graph of the model that config.json describes. Throws Error{unsupported} naming the architecture found and those
// that are known, and Error{corrupt} for values that make no model.
graph::Graph build(const Json& config);

// "architectures"[0]; throws Error{corrupt} when there is none.
std::string architecture(const Json& config);

// Each family: one file, one declaration here, one line in registry.cpp.
graph::Graph build_llama(const Json& config);
graph::Graph build_qwen2(const Json& config);
graph::Graph build_qwen3(const Json& config);
graph::Graph build_smollm3(const Json& config);
graph::Graph build_phi3(const Json& config);

}  // namespace gerbil::models
