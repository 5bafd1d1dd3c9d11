// Keys of config.json that all kinds of models share, checked.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.hpp"
#include "graph/ops.hpp"

namespace gerbil::models {

inline constexpr std::int32_t largest_size = 1 << 22;  // above any published model; products of two stay in 64 bits
inline constexpr std::int32_t most_layers = 1024;
inline constexpr std::int32_t most_heads = 4096;

// A number between 1 and `largest`; `fallback` where the key is missing, unless that is 0: then it is required. Throws
// Error{corrupt} naming the key and the value.
std::int32_t read_size(const Json& config, std::string_view key, std::int32_t fallback = 0,
                       std::int32_t largest = largest_size);

// The small number that a norm adds, at least 0 and below 1.
float read_epsilon(const Json& config, std::string_view key, float fallback);

enum class LayerType { full_attention, sliding_attention, linear_attention };
// The entry of "layer_types" for `layer`; `fallback` where the config has no such list. Throws Error{corrupt} when the
// list is too short and Error{unsupported} for types that are neither full attention nor `other`.
LayerType read_layer_type(const Json& config, std::int32_t layer, LayerType fallback,
                          LayerType other = LayerType::sliding_attention);

// The activation that `key` names. Throws Error{unsupported} listing those that gerbil knows.
graph::Activation read_activation(const Json& config, std::string_view key, std::string_view fallback);

}  // namespace gerbil::models
