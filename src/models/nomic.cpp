// Nomic Embed (Nussbaum et al. 2024) and its second version with a mixture of experts (Nussbaum and Duderstadt 2025):
// BERT with rotary positions, and in the first version a gated feed-forward network.
// Reference: nomic-ai/nomic-bert-2048, modeling_hf_nomic_bert.py.
#include <string>

#include "gerbil/error.hpp"
#include "models/encoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

// The names of GPT-2's config.json, which Nomic's has, as BERT's.
EncoderConfig read_nomic_config(const Json& config) {
  Json bert = config;
  for (const auto& [theirs, ours] : {std::pair{"n_embd", "hidden_size"},
                                     {"n_inner", "intermediate_size"},
                                     {"n_layer", "num_hidden_layers"},
                                     {"n_head", "num_attention_heads"},
                                     {"n_positions", "max_position_embeddings"},
                                     {"layer_norm_epsilon", "layer_norm_eps"}}) {
    if (config.contains(theirs)) bert[ours] = config[theirs];
  }
  // "swiglu" says that the network is gated, too.
  const auto activation = json_value<std::string>(config, "activation_function", "gelu");
  bert["hidden_act"] = activation == "swiglu" ? "silu" : activation;
  return read_encoder_config(bert);
}

graph::RopeTable read_nomic_rope(const Json& config, std::int32_t head_dim) {
  for (const char* key : {"rotary_emb_interleaved", "prenorm", "expert_choice_router"}) {
    if (json_value<bool>(config, key, false)) {
      throw Error(ErrorCode::unsupported,
                  "\"" + std::string(key) + "\" in config.json is true, which gerbil does not support.");
    }
  }
  return read_rope({{"rope_theta", json_value<double>(config, "rotary_emb_base", 10000.0)},
                    {"partial_rotary_factor", json_value<double>(config, "rotary_emb_fraction", 1.0)}},
                   head_dim, 10000.0, true);
}

// Every expert's network side by side; the router's weights switch all but the chosen ones off (Shazeer et al. 2017).
graph::ValueId experts(graph::Builder& b, const EncoderConfig& c, const Json& config, graph::ValueId x) {
  const std::int32_t count = read_size(config, "num_experts", 8, 1024);
  const std::int32_t chosen = read_size(config, "moe_top_k", 2, count);
  if (c.intermediate_size > largest_size / count) {
    throw Error(ErrorCode::corrupt, "\"num_experts\" in config.json is " + std::to_string(count) + " and \"n_inner\" " +
                                        std::to_string(c.intermediate_size) + ", together more than " +
                                        std::to_string(largest_size) + ".");
  }
  const std::int32_t width = count * c.intermediate_size;
  const auto weights = b.top_softmax(b.linear(x, "mlp.router.layer", count), chosen);
  const auto h = b.activate(b.linear(x, "mlp.experts.mlp.w1", width), c.hidden_act);
  return b.linear(b.multiply(h, weights),
                  {.name = "mlp.experts.mlp.w2", .transposed = true, .bias = "mlp.experts.bias"}, c.hidden_size);
}

}  // namespace

graph::Graph build_nomic(const Json& config, const Head& head) {
  const EncoderConfig c = read_nomic_config(config);
  const bool gated = json_value<std::string>(config, "activation_function", "gelu") == "swiglu";
  const bool qkv_bias = json_value<bool>(config, "qkv_proj_bias", true);
  const bool up_bias = json_value<bool>(config, "mlp_fc1_bias", true);
  const bool down_bias = json_value<bool>(config, "mlp_fc2_bias", true);
  const auto every = json_value<std::int32_t>(config, "moe_every_n_layers", 0);

  graph::Builder b("nomic");
  const auto rope = b.add_rope(read_nomic_rope(config, c.head_dim));
  auto x = b.embedding("embeddings.word_embeddings", c.vocab_size, c.hidden_size);
  if (c.type_vocab_size > 0) {
    x = b.add_embedding(x, "embeddings.token_type_embeddings", graph::Index::type, c.type_vocab_size);
  }
  x = b.layer_norm(x, "emb_ln", c.layer_norm_eps);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("encoder.layers." + std::to_string(layer) + ".");
    auto h = packed_attention(b, c, b.linear(x, "attn.Wqkv", 3 * c.hidden_size, qkv_bias), rope);
    x = b.layer_norm(b.add(x, b.linear(h, "attn.out_proj", c.hidden_size, qkv_bias)), "norm1", c.layer_norm_eps);
    if (every > 0 && layer % every == 1) {
      h = experts(b, c, config, x);
    } else if (gated) {
      const auto gate = b.activate(b.linear(x, "mlp.fc12", c.intermediate_size, up_bias), c.hidden_act);
      h = b.multiply(gate, b.linear(x, "mlp.fc11", c.intermediate_size, up_bias));
      h = b.linear(h, "mlp.fc2", c.hidden_size, down_bias);
    } else {
      h = b.activate(b.linear(x, "mlp.fc1", c.intermediate_size, up_bias), c.hidden_act);
      h = b.linear(h, "mlp.fc2", c.hidden_size, down_bias);
    }
    x = b.layer_norm(b.add(x, h), "norm2", c.layer_norm_eps);
  }
  return finish_embedding(b, x, head, c.max_position_embeddings);
}

}  // namespace gerbil::models
