// What decoder-only families share: the keys of config.json that mean the same in all of them, and a few builder words.
#pragma once

#include <cstdint>

#include "base/json.hpp"
#include "graph/builder.hpp"
#include "models/head.hpp"
#include "models/values.hpp"

namespace gerbil::models {

// Names as in config.json. Sizes are checked to be positive and small enough that no product of two overflows.
struct DecoderConfig {
  std::int32_t hidden_size = 0;
  std::int32_t intermediate_size = 0;
  std::int32_t num_hidden_layers = 0;
  std::int32_t num_attention_heads = 0;
  std::int32_t num_key_value_heads = 0;
  std::int32_t head_dim = 0;
  std::int32_t vocab_size = 0;
  std::int32_t max_position_embeddings = 0;
  float rms_norm_eps = 1e-6f;
  graph::Activation hidden_act = graph::Activation::silu;
  bool tie_word_embeddings = false;
  bool causal = true;                    // false: every token sees the whole text, in models that embed
  float final_logit_softcapping = 0.0f;  // see graph::Linear; 0: none
};

// What a missing key means, which depends on the family.
// Reference: transformers 5.12, configuration_*.py.
struct DecoderDefaults {
  std::int32_t num_attention_heads = 0;  // 0: it may not be missing
  std::int32_t num_key_value_heads = 0;  // 0: num_attention_heads, which null means in every family
  std::int32_t head_dim = 0;             // 0: hidden_size / num_attention_heads, which null means in every family
  std::int32_t vocab_size = 0;           // 0: it may not be missing
  std::int32_t max_position_embeddings = 2048;
  float rms_norm_eps = 1e-6f;
};

// Throws Error{corrupt} for a missing or impossible value and Error{unsupported} for an activation gerbil lacks.
// tie_word_embeddings is false where it is missing: who opens a checkpoint knows which heads it stores.
DecoderConfig read_decoder_config(const Json& config, const DecoderDefaults& defaults = {});

// "sliding_window", at least 0; `fallback` where the key is missing. null is 0: everything is seen.
std::int32_t read_sliding_window(const Json& config, std::int32_t fallback = 0);

// The attention window of `layer` where use_sliding_window switches windows on: "sliding_window", or `usual` where the
// key is missing, for the layers that layer_types calls sliding, or without that list those that `fallback` says. 0:
// the layer sees everything.
std::int32_t read_window(const Json& config, std::int32_t layer, std::int32_t usual, LayerType fallback);
// The same of Qwen2 and Qwen3, which have max_window_layers full layers first.
std::int32_t read_late_window(const Json& config, std::int32_t layer);

// "final_logit_softcapping", above 0; 0 where it is missing or null.
float read_softcapping(const Json& config);

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

// The vocabulary projection alone, of wanted rows that are normed.
graph::Graph finish_tokens(graph::Builder& b, const DecoderConfig& c, graph::ValueId x);

}  // namespace gerbil::models
