// The language models of Gemma 3 (Gemma Team 2025), and EmbeddingGemma (Vera et al. 2025), which sees both sides: norms
// before and after each half of a layer, and sliding layers with a rotary base of their own between the full ones.
#include <cmath>
#include <string>

#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"
#include "models/values.hpp"

namespace gerbil::models {

graph::Graph build_gemma3(const Json& config, const Head& head) {
  DecoderConfig c = read_decoder_config(config, {.num_attention_heads = 8,
                                                 .num_key_value_heads = 4,
                                                 .head_dim = 256,
                                                 .vocab_size = 262208,
                                                 .max_position_embeddings = 131072});
  c.hidden_act = read_activation(config, "hidden_activation", "gelu_pytorch_tanh");
  c.final_logit_softcapping = read_softcapping(config);
  const bool halved = json_value<bool>(config, "use_bidirectional_attention", false);
  const bool bidirectional = halved || !c.causal;
  // null, which is no window in other families, is an error to the reference.
  const std::int32_t sliding_window =
      read_size(config, "sliding_window", config.contains("sliding_window") ? 0 : 4096, 1 << 30);
  // Published as the width of what a token sees; to both sides that is half of it, and the token itself. "is_causal"
  // sees one further.
  const std::int32_t window = (halved ? sliding_window / 2 + 1 : sliding_window) + (c.causal ? 0 : 1);
  const std::int32_t pattern = read_size(config, "sliding_window_pattern",
                                         read_size(config, "_sliding_window_pattern", 6, most_layers), most_layers);
  const float scale = 1.0f / std::sqrt(static_cast<float>(read_size(config, "query_pre_attn_scalar", 256)));
  const bool bias = json_value<bool>(config, "attention_bias", false);
  const std::int32_t keys = c.num_key_value_heads * c.head_dim;

  graph::Builder b("gemma3");
  b.norms_add_one();
  const auto full_rope = b.add_rope(
      read_layer_rope(config, "full_attention", c.head_dim, json_value<double>(config, "rope_theta", 1e6), true));
  const auto sliding_rope = b.add_rope(read_layer_rope(config, "sliding_attention", c.head_dim,
                                                       json_value<double>(config, "rope_local_base_freq", 1e4)));
  // In float32, as everything: a reference that computes in bfloat16 rounds the factor, by up to 0.4 %.
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size, std::sqrt(static_cast<float>(c.hidden_size)));
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    const LayerType fallback = (layer + 1) % pattern == 0 ? LayerType::full_attention : LayerType::sliding_attention;
    const bool full = read_layer_type(config, layer, fallback) == LayerType::full_attention;
    const auto rope = full ? full_rope : sliding_rope;
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = b.rms_norm(x, "input_layernorm", c.rms_norm_eps);
    auto q = b.linear(h, "self_attn.q_proj", c.num_attention_heads * c.head_dim, bias);
    auto k = b.linear(h, "self_attn.k_proj", keys, bias);
    const auto v = b.linear(h, "self_attn.v_proj", keys, bias);
    q = b.rope(b.rms_norm(q, "self_attn.q_norm", c.rms_norm_eps, c.head_dim), rope, c.head_dim);
    k = b.rope(b.rms_norm(k, "self_attn.k_norm", c.rms_norm_eps, c.head_dim), rope, c.head_dim);
    h = b.attention(q, k, v, c.num_attention_heads, scale,
                    {.kv_heads = c.num_key_value_heads,
                     .head_dim = c.head_dim,
                     .window = full ? 0 : window,
                     .causal = !bidirectional});
    h = b.linear(h, "self_attn.o_proj", c.hidden_size, bias);
    x = b.add(x, b.rms_norm(h, "post_attention_layernorm", c.rms_norm_eps));
    h = gated_mlp(b, c, b.rms_norm(x, "pre_feedforward_layernorm", c.rms_norm_eps));
    x = b.add(x, b.rms_norm(h, "post_feedforward_layernorm", c.rms_norm_eps));
  }
  c.causal = !bidirectional;
  return finish(b, c, x, head);
}

}  // namespace gerbil::models
