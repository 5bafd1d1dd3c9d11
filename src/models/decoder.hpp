// What decoder-only families share: the keys of config.json that mean the same in all of them, and a few builder words.
#pragma once

#include <cstdint>

#include "base/json.hpp"
#include "graph/builder.hpp"
#include "models/head.hpp"

namespace gerbil::models {

// Names as in config.json. Sizes are checked to be positive and small enough that no product of two overflows.
struct DecoderConfig {
  std::int32_t hidden_size = 0;
  std::int32_t intermediate_size = 0;
  std::int32_t num_hidden_layers = 0;
  std::int32_t num_attention_heads = 0;
  std::int32_t num_key_value_heads = 0;  // default: num_attention_heads
  std::int32_t head_dim = 0;             // default: hidden_size / num_attention_heads
  std::int32_t vocab_size = 0;
  std::int32_t max_position_embeddings = 0;
  float rms_norm_eps = 1e-6f;
  graph::Activation hidden_act = graph::Activation::silu;
  bool tie_word_embeddings = false;
  bool causal = true;  // false: every token sees the whole text, in models that embed
};

// Throws Error{corrupt} for a missing or impossible value and Error{unsupported} for an activation gerbil lacks.
// tie_word_embeddings is written only where it differs from the default, which depends on the family.
DecoderConfig read_decoder_config(const Json& config, bool tied_by_default = false);

// The attention window of `layer`: layer_types where the config lists them, otherwise use_sliding_window with
// max_window_layers full layers first. 0: the layer sees everything.
std::int32_t read_window(const Json& config, std::int32_t layer);

// "is_causal", which is false in language models that were made into encoders.
bool read_causal(const Json& config);

// softmax(q · kᵀ / √head_dim) · v over `window` positions back, or where all is seen over `window` to both sides.
graph::ValueId attention(graph::Builder& b, const DecoderConfig& c, graph::ValueId q, graph::ValueId k,
                         graph::ValueId v, std::int32_t window);

// down_proj(activation(gate_proj(x)) · up_proj(x)), SwiGLU in most families (Shazeer 2020).
graph::ValueId gated_mlp(graph::Builder& b, const DecoderConfig& c, graph::ValueId x, bool bias = false);

// The final norm and, of the wanted rows, the vocabulary projection (the embedding table serves when tied), or what an
// embedding is made of.
graph::Graph finish(graph::Builder& b, const DecoderConfig& c, graph::ValueId x, const Head& head);

}  // namespace gerbil::models
