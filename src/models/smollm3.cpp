// SmolLM3 (Hugging Face 2025): Llama in which every fourth layer, by default, has no position embedding (NoPE,
// Yang et al. 2025, "RoPE to NoPE and Back Again"); where windows are switched on, those layers have them.
#include "gerbil/error.hpp"
#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {
namespace {

// One entry a layer: 1 rotates, 0 does not.
std::vector<std::int32_t> read_no_rope_layers(const Json& config, std::int32_t layers) {
  auto rotates = json_value<std::vector<std::int32_t>>(config, "no_rope_layers", {});
  if (rotates.empty()) {
    const auto interval = json_value<std::int32_t>(config, "no_rope_layer_interval", 4);
    if (interval < 1) {
      throw Error(ErrorCode::corrupt, "\"no_rope_layer_interval\" in config.json is " + std::to_string(interval) +
                                          ", but should be at least 1.");
    }
    for (std::int32_t layer = 0; layer < layers; ++layer) rotates.push_back((layer + 1) % interval != 0 ? 1 : 0);
  }
  if (rotates.size() < static_cast<std::size_t>(layers)) {
    throw Error(ErrorCode::corrupt, "\"no_rope_layers\" in config.json has " + std::to_string(rotates.size()) +
                                        " entries, but the model has " + std::to_string(layers) + " layers.");
  }
  return rotates;
}

}  // namespace

graph::Graph build_smollm3(const Json& config, const Head& head) {
  const DecoderConfig c = read_decoder_config(config, {.num_key_value_heads = 4, .max_position_embeddings = 32768});
  const auto rotates = read_no_rope_layers(config, c.num_hidden_layers);
  const bool attention_bias = json_value<bool>(config, "attention_bias", false);
  const bool mlp_bias = json_value<bool>(config, "mlp_bias", false);
  const std::int32_t queries = c.num_attention_heads * c.head_dim;
  const std::int32_t keys = c.num_key_value_heads * c.head_dim;

  graph::Builder b("smollm3");
  const auto rope = b.add_rope(read_rope(config, c.head_dim, 2000000.0));
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = b.rms_norm(x, "input_layernorm", c.rms_norm_eps);
    auto q = b.linear(h, "self_attn.q_proj", queries, attention_bias);
    auto k = b.linear(h, "self_attn.k_proj", keys, attention_bias);
    const auto v = b.linear(h, "self_attn.v_proj", keys, attention_bias);
    const bool rotating = rotates[static_cast<std::size_t>(layer)] != 0;
    if (rotating) {
      q = b.rope(q, rope, c.head_dim);
      k = b.rope(k, rope, c.head_dim);
    }
    h = attention(b, c, q, k, v,
                  read_window(config, layer, 0, rotating ? LayerType::full_attention : LayerType::sliding_attention));
    x = b.add(x, b.linear(h, "self_attn.o_proj", c.hidden_size, attention_bias));
    h = b.rms_norm(x, "post_attention_layernorm", c.rms_norm_eps);
    x = b.add(x, gated_mlp(b, c, h, mlp_bias));
  }
  return finish(b, c, x, head);
}

}  // namespace gerbil::models
