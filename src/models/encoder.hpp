// What text encoders share: the keys of config.json that mean the same in all of them, and a few builder words.
#pragma once

#include <cstdint>
#include <optional>

#include "base/json.hpp"
#include "graph/builder.hpp"
#include "models/head.hpp"

namespace gerbil::models {

// Names as in BERT's config.json (Devlin et al. 2019).
struct EncoderConfig {
  std::int32_t hidden_size = 0;
  std::int32_t intermediate_size = 0;
  std::int32_t num_hidden_layers = 0;
  std::int32_t num_attention_heads = 0;
  std::int32_t head_dim = 0;  // hidden_size / num_attention_heads
  std::int32_t vocab_size = 0;
  std::int32_t max_position_embeddings = 0;
  std::int32_t type_vocab_size = 0;  // 0: the model has no types
  float layer_norm_eps = 1e-12f;
  graph::Activation hidden_act = graph::Activation::gelu;
  bool causal = false;  // every token sees those before it only
};

// Throws Error{corrupt} for a missing or impossible value and Error{unsupported} for an activation gerbil lacks.
EncoderConfig read_encoder_config(const Json& config);

// softmax(q · kᵀ / √head_dim) · v over the whole text, or over the positions nearer than `window`.
graph::ValueId attention(graph::Builder& b, const EncoderConfig& c, graph::ValueId q, graph::ValueId k,
                         graph::ValueId v, std::int32_t window = 0);

// The same for queries, keys and values that are stored side by side.
graph::ValueId packed_attention(graph::Builder& b, const EncoderConfig& c, graph::ValueId qkv, graph::RopeId rope,
                                std::int32_t window = 0);

// "num_labels", else the length of id2label, else 2, as in transformers.
std::int32_t read_labels(const Json& config);

// "is_decoder" of the config.json of BERT and RoBERTa.
bool read_decoder(const Json& config);

// Word, position and type embeddings and their norm, then the layers of BERT. With a padding token, positions are as in
// RoBERTa: graph::Index::ordinal, from the row with the padding token's number on.
graph::ValueId bert(graph::Builder& b, const EncoderConfig& c, std::optional<std::int32_t> padding_token = {});

}  // namespace gerbil::models
