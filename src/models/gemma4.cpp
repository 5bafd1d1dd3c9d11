// The language models of Gemma 4 (Gemma Team 2026): heads of two sizes, layers that attend to the keys and values of an
// earlier one, and embeddings of the token that every layer has for itself.
// Reference: transformers 5.12, models/gemma4/modeling_gemma4.py.
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "gerbil/error.hpp"
#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

// What a missing key means where the two types differ.
struct Defaults {
  std::int32_t sliding_window;
  std::int32_t hidden_size_per_layer_input;  // 0: no embeddings of layers, whatever config.json says
  std::int32_t max_position_embeddings;
};

struct Config : DecoderConfig {
  std::int32_t window = 0;  // of sliding layers
  std::int32_t global_head_dim = 0;
  std::int32_t num_global_key_value_heads = 0;
  bool attention_k_eq_v = false;  // of full layers
  bool attention_bias = false;
  std::int32_t first_shared_layer = 0;
  bool use_double_wide_mlp = false;  // of the layers that share
  std::int32_t hidden_size_per_layer_input = 0;
  std::int32_t vocab_size_per_layer_input = 0;
};

// A layer's type as far as attention goes.
struct Attention {
  bool full = false;
  std::int32_t head_dim = 0;
  std::int32_t kv_heads = 0;
  bool keys_are_values = false;
  graph::RopeId rope;
  std::optional<graph::PagesId> pages;  // of the last layer of this type that has its own
};

[[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& expected) {
  throw Error(ErrorCode::corrupt, "\"" + key + "\" in config.json is " + value + ", but should be " + expected + ".");
}

// A size for which null and 0 mean that there is none.
std::int32_t read_size_or_none(const Json& config, const char* key, std::int32_t fallback, std::int32_t largest) {
  const auto member = config.find(key);
  if (member == config.end()) return fallback;
  const bool none = member->is_null() || (member->is_number() && *member == 0);
  return none ? 0 : read_size(config, key, 0, largest);
}

std::int32_t read_first_shared_layer(const Json& config, std::int32_t layers) {
  const auto shared = json_value<std::int32_t>(config, "num_kv_shared_layers", 0);
  if (shared < 0 || shared >= layers) {
    refuse("num_kv_shared_layers", std::to_string(shared),
           "at least 0 and below the " + std::to_string(layers) + " layers");
  }
  return layers - shared;
}

void check_layer_types(const Json& config, std::int32_t layers) {
  const auto types = json_value<std::vector<std::string>>(config, "layer_types", {});
  if (types.empty() || std::ssize(types) == layers) return;
  refuse("layer_types", "a list of " + std::to_string(types.size()),
         "one of the " + std::to_string(layers) + " layers");
}

Config read_config(const Json& config, const Defaults& defaults) {
  if (json_value<bool>(config, "enable_moe_block", false)) {
    throw Error(ErrorCode::unsupported,
                "\"enable_moe_block\" in config.json is true, but gerbil runs Gemma 4 without experts only.");
  }
  Config c{read_decoder_config(config, {.num_attention_heads = 8,
                                        .num_key_value_heads = 4,
                                        .head_dim = 256,
                                        .vocab_size = 262144,
                                        .max_position_embeddings = defaults.max_position_embeddings})};
  c.hidden_act = read_activation(config, "hidden_activation", "gelu_pytorch_tanh");
  c.final_logit_softcapping = read_softcapping(config);
  const bool both_sides = json_value<std::string>(config, "use_bidirectional_attention", "") == "all";
  c.causal = c.causal && !both_sides;
  const std::int32_t sliding_window =
      read_size(config, "sliding_window", config.contains("sliding_window") ? 0 : defaults.sliding_window, 1 << 29);
  // To both sides the reference takes half of it and one more, and then sees as far as that, which is one further.
  c.window = (both_sides ? sliding_window / 2 + 1 : sliding_window) + (c.causal ? 0 : 1);
  c.global_head_dim = read_size_or_none(config, "global_head_dim", 512, 4096);
  if (c.global_head_dim == 0) c.global_head_dim = c.head_dim;
  c.num_global_key_value_heads = read_size_or_none(config, "num_global_key_value_heads", 0, most_heads);
  if (c.num_global_key_value_heads == 0) c.num_global_key_value_heads = c.num_key_value_heads;
  c.attention_k_eq_v = json_value<bool>(config, "attention_k_eq_v", false);
  if (c.attention_k_eq_v && c.num_attention_heads % c.num_global_key_value_heads != 0) {
    refuse("num_global_key_value_heads", std::to_string(c.num_global_key_value_heads),
           "a divisor of \"num_attention_heads\", " + std::to_string(c.num_attention_heads));
  }
  check_layer_types(config, c.num_hidden_layers);
  c.attention_bias = json_value<bool>(config, "attention_bias", false);
  c.first_shared_layer = read_first_shared_layer(config, c.num_hidden_layers);
  c.use_double_wide_mlp = json_value<bool>(config, "use_double_wide_mlp", false);
  if (defaults.hidden_size_per_layer_input == 0) return c;
  c.hidden_size_per_layer_input =
      read_size_or_none(config, "hidden_size_per_layer_input", defaults.hidden_size_per_layer_input, 1 << 16);
  c.vocab_size_per_layer_input = read_size(config, "vocab_size_per_layer_input", 262144);
  if (c.hidden_size_per_layer_input > 0 && c.vocab_size_per_layer_input < c.vocab_size) {
    refuse("vocab_size_per_layer_input", std::to_string(c.vocab_size_per_layer_input),
           "at least \"vocab_size\", " + std::to_string(c.vocab_size));
  }
  return c;
}

// The sixth of every six layers is full, and so is the last.
bool is_full(const Json& config, const Config& c, std::int32_t layer) {
  const LayerType fallback = (layer + 1) % 6 == 0 ? LayerType::full_attention : LayerType::sliding_attention;
  return read_layer_type(config, layer, fallback) == LayerType::full_attention || layer + 1 == c.num_hidden_layers;
}

// Of full layers only the highest quarter of the frequencies rotates.
Json with_rope_parameters(Json config) {
  const auto member = config.find("rope_parameters");
  if (member != config.end() && !member->is_null()) return config;
  config["rope_parameters"] = {
      {"full_attention", {{"rope_type", "proportional"}, {"partial_rotary_factor", 0.25}, {"rope_theta", 1e6}}}};
  return config;
}

graph::ValueId attend(graph::Builder& b, const Config& c, graph::ValueId h, Attention& type, bool shares) {
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
graph::ValueId layer_inputs(graph::Builder& b, const Config& c, graph::ValueId x) {
  const std::int32_t width = c.hidden_size_per_layer_input;
  const std::int32_t all = c.num_hidden_layers * width;
  const auto own = b.host_embedding("model.embed_tokens_per_layer", c.vocab_size_per_layer_input, all,
                                    std::sqrt(static_cast<float>(width)));
  const auto projected =
      b.rms_norm(b.linear(x, "model.per_layer_model_projection", all), "model.per_layer_projection_norm",
                 c.rms_norm_eps * static_cast<float>(c.hidden_size), width);
  return b.add(projected, own);
}

graph::ValueId mix_layer_input(graph::Builder& b, const Config& c, graph::ValueId x, graph::ValueId input) {
  const auto gate = b.activate(b.linear(x, "per_layer_input_gate", c.hidden_size_per_layer_input), c.hidden_act);
  const auto h = b.linear(b.multiply(gate, input), "per_layer_projection", c.hidden_size);
  return b.add(x, b.rms_norm(h, "post_per_layer_input_norm", 2.0f * c.rms_norm_eps));
}

graph::Graph build(const Json& given, const Head& head, const Defaults& defaults) {
  const Json config = with_rope_parameters(given);
  const Config c = read_config(config, defaults);
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
      refuse("num_kv_shared_layers", std::to_string(c.num_hidden_layers - c.first_shared_layer),
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
