// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on q, k and v, and optional windows in the upper layers.
#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {

graph::Graph build_qwen2(const Json& config, const Head& head) {
  const DecoderConfig c = read_decoder_config(config, {.max_position_embeddings = 32768});
  const std::int32_t queries = c.num_attention_heads * c.head_dim;
  const std::int32_t keys = c.num_key_value_heads * c.head_dim;

  graph::Builder b("qwen2");
  const auto rope = b.add_rope(read_rope(config, c.head_dim));
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = b.rms_norm(x, "input_layernorm", c.rms_norm_eps);
    const auto q = b.rope(b.linear(h, "self_attn.q_proj", queries, true), rope, c.head_dim);
    const auto k = b.rope(b.linear(h, "self_attn.k_proj", keys, true), rope, c.head_dim);
    const auto v = b.linear(h, "self_attn.v_proj", keys, true);
    h = attention(b, c, q, k, v, read_late_window(config, layer));
    x = b.add(x, b.linear(h, "self_attn.o_proj", c.hidden_size));
    h = b.rms_norm(x, "post_attention_layernorm", c.rms_norm_eps);
    x = b.add(x, gated_mlp(b, c, h));
  }
  return finish(b, c, x, head);
}

}  // namespace gerbil::models
