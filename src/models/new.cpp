// The encoder of GTE, "new" (Zhang et al. 2024, mGTE): BERT with rotary positions and a gated feed-forward network.
// Reference: Alibaba-NLP/new-impl, modeling.py.
#include <string>

#include "gerbil/error.hpp"
#include "models/encoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {
namespace {

void require(const Json& config, std::string_view key, const std::string& expected, const std::string& found) {
  if (found == expected) return;
  throw Error(ErrorCode::unsupported, "\"" + std::string(key) + "\" in config.json is " + found + ", but for " +
                                          json_value<std::string>(config, "model_type", "this model") +
                                          " gerbil knows " + expected + ".");
}

}  // namespace

graph::Graph build_new(const Json& config, const Head& head) {
  const EncoderConfig c = read_encoder_config(config);
  require(config, "position_embedding_type", "rope",
          json_value<std::string>(config, "position_embedding_type", "rope"));
  require(config, "logn_attention_scale", "false",
          json_value<bool>(config, "logn_attention_scale", false) ? "true" : "false");
  const bool packed = json_value<bool>(config, "pack_qkv", true);
  const auto norm_type = json_value<std::string>(config, "layer_norm_type", "layer_norm");
  if (norm_type != "rms_norm") require(config, "layer_norm_type", "layer_norm", norm_type);

  graph::Builder b("new");
  const auto norm = [&](graph::ValueId x, std::string_view module) {
    return norm_type == "rms_norm" ? b.rms_norm(x, module, c.layer_norm_eps)
                                   : b.layer_norm(x, module, c.layer_norm_eps);
  };
  const auto rope = b.add_rope(read_rope(config, c.head_dim));
  b.scope("embeddings.");
  auto x = b.embedding("word_embeddings", c.vocab_size, c.hidden_size);
  if (c.type_vocab_size > 0) x = b.add_embedding(x, "token_type_embeddings", graph::Index::type, c.type_vocab_size);
  x = b.layer_norm(x, "LayerNorm", c.layer_norm_eps);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("encoder.layer." + std::to_string(layer) + ".");
    graph::ValueId h;
    if (packed) {
      h = packed_attention(b, c, b.linear(x, "attention.qkv_proj", 3 * c.hidden_size, true), rope);
    } else {
      const auto q = b.rope(b.linear(x, "attention.q_proj", c.hidden_size, true), rope, c.head_dim);
      const auto k = b.rope(b.linear(x, "attention.k_proj", c.hidden_size, true), rope, c.head_dim);
      h = attention(b, c, q, k, b.linear(x, "attention.v_proj", c.hidden_size, true));
    }
    x = norm(b.add(x, b.linear(h, "attention.o_proj", c.hidden_size, true)), "attn_ln");
    h = b.linear(x, "mlp.up_gate_proj", 2 * c.intermediate_size);
    const auto gate = b.activate(b.slice(h, c.intermediate_size, c.intermediate_size), c.hidden_act);
    h = b.multiply(gate, b.slice(h, 0, c.intermediate_size));
    x = norm(b.add(x, b.linear(h, "mlp.down_proj", c.hidden_size, true)), "mlp_ln");
  }
  b.scope("");
  if (head.kind == Head::Kind::embedding) return finish_embedding(b, x, head, c.max_position_embeddings);
  x = b.pool(x, {graph::Pooling::first});
  x = b.activate(b.linear(x, "pooler.dense", c.hidden_size, true), graph::Activation::tanh);
  return b.finish_whole_texts(b.linear(x, "classifier", read_labels(config), true), c.max_position_embeddings);
}

}  // namespace gerbil::models
