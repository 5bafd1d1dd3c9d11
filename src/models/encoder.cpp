#include "models/encoder.hpp"

#include <cmath>
#include <string>

#include "gerbil/error.hpp"
#include "models/values.hpp"

namespace gerbil::models {

EncoderConfig read_encoder_config(const Json& config) {
  EncoderConfig c;
  c.hidden_size = read_size(config, "hidden_size");
  c.intermediate_size = read_size(config, "intermediate_size");
  c.num_hidden_layers = read_size(config, "num_hidden_layers", 0, most_layers);
  c.num_attention_heads = read_size(config, "num_attention_heads", 0, most_heads);
  if (c.hidden_size % c.num_attention_heads != 0) {
    throw Error(ErrorCode::corrupt, "\"hidden_size\" in config.json is " + std::to_string(c.hidden_size) +
                                        ", which is not a multiple of \"num_attention_heads\", " +
                                        std::to_string(c.num_attention_heads) + ".");
  }
  c.head_dim = c.hidden_size / c.num_attention_heads;
  c.vocab_size = read_size(config, "vocab_size");
  c.max_position_embeddings = read_size(config, "max_position_embeddings", 512, 1 << 30);
  if (json_value<std::int32_t>(config, "type_vocab_size", 2) != 0) {
    c.type_vocab_size = read_size(config, "type_vocab_size", 2);
  }
  c.layer_norm_eps = read_epsilon(config, "layer_norm_eps", 1e-12f);
  c.hidden_act = read_activation(config, "hidden_act", "gelu");
  return c;
}

graph::ValueId attention(graph::Builder& b, const EncoderConfig& c, graph::ValueId q, graph::ValueId k,
                         graph::ValueId v, std::int32_t window) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.head_dim));
  return b.attention(q, k, v, c.num_attention_heads, scale,
                     {.kv_heads = c.num_attention_heads, .head_dim = c.head_dim, .window = window, .causal = c.causal});
}

graph::ValueId packed_attention(graph::Builder& b, const EncoderConfig& c, graph::ValueId qkv, graph::RopeId rope,
                                std::int32_t window) {
  const auto q = b.rope(b.slice(qkv, 0, c.hidden_size), rope, c.head_dim);
  const auto k = b.rope(b.slice(qkv, c.hidden_size, c.hidden_size), rope, c.head_dim);
  return attention(b, c, q, k, b.slice(qkv, 2 * c.hidden_size, c.hidden_size), window);
}

bool read_decoder(const Json& config) { return json_truth(config, "is_decoder", false); }

std::int32_t read_labels(const Json& config) {
  const auto names = config.find("id2label");
  const bool named = names != config.end() && names->is_object() && !names->empty();
  return read_size(config, "num_labels", named ? static_cast<std::int32_t>(names->size()) : 2, 1 << 16);
}

graph::ValueId bert(graph::Builder& b, const EncoderConfig& c, std::optional<std::int32_t> padding_token) {
  b.scope("embeddings.");
  auto x = b.embedding("word_embeddings", c.vocab_size, c.hidden_size);
  if (padding_token) b.padding(*padding_token);
  x = b.add_embedding(x, "position_embeddings", padding_token ? graph::Index::ordinal : graph::Index::position,
                      c.max_position_embeddings, padding_token.value_or(0));
  if (c.type_vocab_size > 0) x = b.add_embedding(x, "token_type_embeddings", graph::Index::type, c.type_vocab_size);
  x = b.layer_norm(x, "LayerNorm", c.layer_norm_eps);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("encoder.layer." + std::to_string(layer) + ".");
    const auto q = b.linear(x, "attention.self.query", c.hidden_size, true);
    const auto k = b.linear(x, "attention.self.key", c.hidden_size, true);
    const auto v = b.linear(x, "attention.self.value", c.hidden_size, true);
    auto h = b.linear(attention(b, c, q, k, v), "attention.output.dense", c.hidden_size, true);
    x = b.layer_norm(b.add(x, h), "attention.output.LayerNorm", c.layer_norm_eps);
    h = b.activate(b.linear(x, "intermediate.dense", c.intermediate_size, true), c.hidden_act);
    h = b.linear(h, "output.dense", c.hidden_size, true);
    x = b.layer_norm(b.add(x, h), "output.LayerNorm", c.layer_norm_eps);
  }
  b.scope("");
  return x;
}

}  // namespace gerbil::models
