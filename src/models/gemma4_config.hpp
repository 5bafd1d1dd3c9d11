// config.json of Gemma 4, checked.
#pragma once

#include <cstdint>
#include <string>

#include "models/decoder.hpp"

namespace gerbil::models {

// What a missing key means where the two types differ.
struct Gemma4Defaults {
  std::int32_t sliding_window;
  std::int32_t hidden_size_per_layer_input;  // 0: no embeddings of layers, whatever config.json says
  std::int32_t max_position_embeddings;
};

struct Gemma4Config : DecoderConfig {
  std::int32_t window = 0;  // of sliding layers
  std::int32_t global_head_dim = 0;
  std::int32_t num_global_key_value_heads = 0;
  bool attention_k_eq_v = false;  // of full layers
  bool attention_bias = false;
  std::int32_t first_shared_layer = 0;
  bool use_double_wide_mlp = false;  // of the layers that share
  std::int32_t hidden_size_per_layer_input = 0;
  std::int32_t vocab_size_per_layer_input = 0;
};

// Throws Error{corrupt} for values that make no model, and Error{unsupported} for one with experts.
// Reference: transformers 5.12, models/gemma4/configuration_gemma4.py.
Gemma4Config read_gemma4_config(const Json& config, const Gemma4Defaults& defaults);

// Whether a layer sees everything: as layer_types says, or the sixth of every six; the last does in any case.
bool is_full(const Json& config, const Gemma4Config& c, std::int32_t layer);

// Throws Error{corrupt}: "key" is `value`, but should be `expected`.
[[noreturn]] void refuse_value(const std::string& key, const std::string& value, const std::string& expected);

}  // namespace gerbil::models
