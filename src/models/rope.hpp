// Rotary position embedding as config.json describes it, in both spellings: rope_theta and rope_scaling as published,
// rope_parameters as transformers 5 writes it.
// Reference: transformers 5.12, modeling_rope_utils.py.
#pragma once

#include <string_view>

#include "base/json.hpp"
#include "graph/graph.hpp"

namespace gerbil::models {

// Types default, ntk, linear, proportional (of all frequencies only the highest), dynamic (emozilla 2023), llama3
// (Grattafiori et al. 2024), yarn (Peng et al. 2023) and longrope (Ding et al. 2024). rope_scaling wins over
// rope_parameters; a base that it leaves out is that of rope_parameters. `partial`: partial_rotary_factor says which
// part of a head rotates; in other families it means nothing. Throws Error{unsupported} naming any other type, and
// Error{corrupt} for missing or impossible parameters.
graph::RopeTable read_rope(const Json& config, std::int32_t head_dim, double default_theta = 10000.0,
                           bool partial = false);

// The rope of one of several types of layers: rope_parameters[layer_type] as transformers 5 writes it, otherwise the
// base `theta`, changed by rope_scaling where `scaled` says that it applies to this type.
graph::RopeTable read_layer_rope(const Json& config, std::string_view layer_type, std::int32_t head_dim, double theta,
                                 bool scaled = false);

}  // namespace gerbil::models
