// The language models of Gemma 4 (Gemma Team 2026): heads of two sizes, layers that attend to the keys and values of an
// earlier one, and embeddings of the token that every layer has for itself.
// Reference: transformers 5.12, models/gemma4/modeling_gemma4.py.
#include <cmath>
#include <optional>
#include <string>

#include "models/decoder.hpp"
#include "models/gemma4_config.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {
namespace {

// A layer's type as far as attention goes.
struct Attention {
  bool full = false;
  std::int32_t head_dim = 0;
  std::int32_t kv_heads = 0;
  bool keys_are_values = false;
  graph::RopeId rope;
  std::optional<graph::PagesId> pages;  // of the last layer of this type that has its own
};

// Of full layers only the highest quarter of the frequencies rotates.
Json with_rope_parameters(Json config) {
  const auto member = config.find("rope_parameters");
  if (member != config.end() && !member->is_null()) return config;
  config["rope_parameters"] = {
      {"full_attention", {{"rope_type", "proportional"}, {"partial_rotary_factor", 0.25}, {"rope_theta", 1e6}}}};
  return config;
}

graph::ValueId attend(graph::Builder& b, const Gemma4Config& c, graph::ValueId h, Attention& type, bool shares) {
  const std::int32_t keys = type.kv_heads * type.head_dim;
  auto q = b.linear(h, "self_attn.q_proj", c.num_attention_heads * type.head_dim, c.attention_bias);
  q = b.rope(b.rms_norm(q, "self_attn.q_norm", c.rms_norm_eps, type.head_dim), type.rope, type.head_dim);
  if (!shares) {
    auto k = b.linear(h, "self_attn.k_proj", keys, c.attention_bias);
    auto v = type.keys_are_values ? k : b.linear(h, "self_attn.v_proj", keys, c.attention_bias);
    k = b.rope(b.rms_norm(k, "self_attn.k_norm", c.rms_norm_eps, type.head_dim), type.rope, type.head_dim);
    v = b.rms_norm(v, c.rms_norm_eps, type.head_dim);
    type.pages = b.add_pages(
        {.kv_heads = type.kv_heads, .head_dim = type.head_dim, .window = type.full ? 0 : c.window, .causal = c.causal});
    b.write(*type.pages, k, v);
  }
  return b.linear(b.attend(q, *type.pages, c.num_attention_heads, 1.0f), "self_attn.o_proj", c.hidden_size,
                  c.attention_bias);
}

// What every layer knows of the token: [T, layers · width], from a table of its own and from the embedding x. The
// reference multiplies the projection by 1 / √hidden_size before its norm, which is a larger epsilon, and the sum by
// 1 / √2, which the norm after the layer's own projection undoes save for its epsilon (mix_layer_input).
graph::ValueId layer_inputs(graph::Builder& b, const Gemma4Config& c, graph::ValueId x) {
  const std::int32_t width = c.hidden_size_per_layer_input;
  const std::int32_t all = c.num_hidden_layers * width;
  const auto own = b.host_embedding("model.embed_tokens_per_layer", c.vocab_size_per_layer_input, all,
                                    std::sqrt(static_cast<float>(width)));
  const auto projected =
      b.rms_norm(b.linear(x, "model.per_layer_model_projection", all), "model.per_layer_projection_norm",
                 c.rms_norm_eps * static_cast<float>(c.hidden_size), width);
  return b.add(projected, own);
}

graph::ValueId mix_layer_input(graph::Builder& b, const Gemma4Config& c, graph::ValueId x, graph::ValueId input) {
  const auto gate = b.activate(b.linear(x, "per_layer_input_gate", c.hidden_size_per_layer_input), c.hidden_act);
  const auto h = b.linear(b.multiply(gate, input), "per_layer_projection", c.hidden_size);
  return b.add(x, b.rms_norm(h, "post_per_layer_input_norm", 2.0f * c.rms_norm_eps));
}

graph::Graph build(const Json& given, const Head& head, const Gemma4Defaults& defaults) {
  const Json config = with_rope_parameters(given);
  const Gemma4Config c = read_gemma4_config(config, defaults);
  graph::Builder b("gemma4");
  Attention sliding{.head_dim = c.head_dim,
                    .kv_heads = c.num_key_value_heads,
                    .rope = b.add_rope(read_layer_rope(config, "sliding_attention", c.head_dim, 1e4))};
  Attention full{.full = true,
                 .head_dim = c.global_head_dim,
                 .kv_heads = c.attention_k_eq_v ? c.num_global_key_value_heads : c.num_key_value_heads,
                 .keys_are_values = c.attention_k_eq_v,
                 .rope = b.add_rope(read_layer_rope(config, "full_attention", c.global_head_dim, 1e6))};
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size, std::sqrt(static_cast<float>(c.hidden_size)));
  std::optional<graph::ValueId> inputs;
  if (c.hidden_size_per_layer_input > 0) inputs = layer_inputs(b, c, x);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    Attention& type = is_full(config, c, layer) ? full : sliding;
    const bool shares = layer >= c.first_shared_layer;
    if (shares && !type.pages) {
      refuse_value("num_kv_shared_layers", std::to_string(c.num_hidden_layers - c.first_shared_layer),
                   "such that a layer of the type of layer " + std::to_string(layer) + " has keys of its own");
    }
    DecoderConfig mlp = c;
    if (shares && c.use_double_wide_mlp) mlp.intermediate_size *= 2;
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = attend(b, c, b.rms_norm(x, "input_layernorm", c.rms_norm_eps), type, shares);
    x = b.add(x, b.rms_norm(h, "post_attention_layernorm", c.rms_norm_eps));
    h = gated_mlp(b, mlp, b.rms_norm(x, "pre_feedforward_layernorm", c.rms_norm_eps));
    x = b.add(x, b.rms_norm(h, "post_feedforward_layernorm", c.rms_norm_eps));
    if (inputs) {
      const std::int32_t width = c.hidden_size_per_layer_input;
      x = mix_layer_input(b, c, x, b.slice(*inputs, layer * width, width));
    }
    x = b.scale(x, "layer_scalar");
  }
  return finish(b, c, x, head);
}

}  // namespace

graph::Graph build_gemma4(const Json& config, const Head& head) {
  return build(config, head,
               {.sliding_window = 512, .hidden_size_per_layer_input = 256, .max_position_embeddings = 131072});
}

// Without embeddings of layers, and images and sounds without towers of their own.
graph::Graph build_gemma4_unified(const Json& config, const Head& head) {
  return build(config, head,
               {.sliding_window = 1024, .hidden_size_per_layer_input = 0, .max_position_embeddings = 262144});
}

}  // namespace gerbil::models
