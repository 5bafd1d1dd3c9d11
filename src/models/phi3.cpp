// Phi-3, Phi-3.5 and Phi-4-mini (Abdin et al. 2024): q, k, v and gate, up are stored packed, a part of each head
// rotates, and LongRoPE stretches the context.
#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {

graph::Graph build_phi3(const Json& config, const Head& head) {
  const DecoderConfig c = read_decoder_config(config, {.max_position_embeddings = 4096, .rms_norm_eps = 1e-5f});
  const std::int32_t queries = c.num_attention_heads * c.head_dim;
  const std::int32_t keys = c.num_key_value_heads * c.head_dim;
  const std::int32_t window = read_sliding_window(config);

  Json rope_config = config;
  if (!config.contains("original_max_position_embeddings")) rope_config["original_max_position_embeddings"] = 4096;

  graph::Builder b("phi3");
  const auto rope = b.add_rope(read_rope(rope_config, c.head_dim, 10000.0, true));
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = b.rms_norm(x, "input_layernorm", c.rms_norm_eps);
    const auto qkv = b.linear(h, "self_attn.qkv_proj", queries + 2 * keys);
    const auto q = b.rope(b.slice(qkv, 0, queries), rope, c.head_dim);
    const auto k = b.rope(b.slice(qkv, queries, keys), rope, c.head_dim);
    const auto v = b.slice(qkv, queries + keys, keys);
    h = attention(b, c, q, k, v, window);
    x = b.add(x, b.linear(h, "self_attn.o_proj", c.hidden_size));
    h = b.rms_norm(x, "post_attention_layernorm", c.rms_norm_eps);
    const auto gate_up = b.linear(h, "mlp.gate_up_proj", 2 * c.intermediate_size);
    const auto gate = b.activate(b.slice(gate_up, 0, c.intermediate_size), c.hidden_act);
    const auto up = b.slice(gate_up, c.intermediate_size, c.intermediate_size);
    x = b.add(x, b.linear(b.multiply(gate, up), "mlp.down_proj", c.hidden_size));
  }
  return finish(b, c, x, head);
}

}  // namespace gerbil::models
