// Qwen3 (Yang et al. 2025): each head of q and k is normalised before it is rotated, and the biases of Qwen2 are gone.
#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {

graph::Graph build_qwen3(const Json& config, const Head& head) {
  const DecoderConfig c = read_decoder_config(config, {.head_dim = 128, .max_position_embeddings = 32768});
  const bool bias = json_value<bool>(config, "attention_bias", false);
  const std::int32_t queries = c.num_attention_heads * c.head_dim;
  const std::int32_t keys = c.num_key_value_heads * c.head_dim;

  graph::Builder b("qwen3");
  const auto rope = b.add_rope(read_rope(config, c.head_dim));
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = b.rms_norm(x, "input_layernorm", c.rms_norm_eps);
    auto q = b.linear(h, "self_attn.q_proj", queries, bias);
    auto k = b.linear(h, "self_attn.k_proj", keys, bias);
    const auto v = b.linear(h, "self_attn.v_proj", keys, bias);
    q = b.rope(b.rms_norm(q, "self_attn.q_norm", c.rms_norm_eps, c.head_dim), rope, c.head_dim);
    k = b.rope(b.rms_norm(k, "self_attn.k_norm", c.rms_norm_eps, c.head_dim), rope, c.head_dim);
    h = attention(b, c, q, k, v, read_late_window(config, layer));
    x = b.add(x, b.linear(h, "self_attn.o_proj", c.hidden_size, bias));
    h = b.rms_norm(x, "post_attention_layernorm", c.rms_norm_eps);
    x = b.add(x, gated_mlp(b, c, h));
  }
  return finish(b, c, x, head);
}

}  // namespace gerbil::models
