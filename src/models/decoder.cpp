#include "models/decoder.hpp"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil::models {
namespace {

constexpr std::int32_t largest_size = 1 << 22;  // far above any published model; keeps products of two within 64 bits
constexpr std::int32_t most_layers = 1024;

std::int32_t read_size(const Json& config, std::string_view key, std::int32_t fallback,
                       std::int32_t largest = largest_size) {
  const auto value =
      fallback > 0 ? json_value<std::int32_t>(config, key, fallback) : json_required<std::int32_t>(config, key);
  if (value < 1 || value > largest) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json is " + std::to_string(value) +
                                        ", but should be between 1 and " + std::to_string(largest) + ".");
  }
  return value;
}

graph::Activation read_activation(const Json& config) {
  using graph::Activation;
  static constexpr std::array<std::pair<std::string_view, Activation>, 6> known{
      {{"silu", Activation::silu},
       {"swish", Activation::silu},
       {"gelu", Activation::gelu},
       {"gelu_new", Activation::gelu_tanh},
       {"gelu_pytorch_tanh", Activation::gelu_tanh},
       {"relu", Activation::relu}}};
  const auto name = json_value<std::string>(config, "hidden_act", "silu");
  for (const auto& [spelling, activation] : known) {
    if (spelling == name) return activation;
  }
  throw Error(ErrorCode::unsupported, "\"hidden_act\" in config.json is \"" + name +
                                          "\", but gerbil knows silu, gelu, gelu_new, gelu_pytorch_tanh and relu.");
}

}  // namespace

DecoderConfig read_decoder_config(const Json& config, bool tied_by_default) {
  DecoderConfig c;
  c.hidden_size = read_size(config, "hidden_size", 0);
  c.intermediate_size = read_size(config, "intermediate_size", 0);
  c.num_hidden_layers = read_size(config, "num_hidden_layers", 0, most_layers);
  c.num_attention_heads = read_size(config, "num_attention_heads", 0, 4096);
  c.num_key_value_heads = read_size(config, "num_key_value_heads", c.num_attention_heads, 4096);
  c.vocab_size = read_size(config, "vocab_size", 0);
  c.max_position_embeddings = read_size(config, "max_position_embeddings", 2048, 1 << 30);
  if (c.num_attention_heads % c.num_key_value_heads != 0) {
    throw Error(ErrorCode::corrupt, "\"num_attention_heads\" in config.json is " +
                                        std::to_string(c.num_attention_heads) +
                                        ", which is not a multiple of \"num_key_value_heads\", " +
                                        std::to_string(c.num_key_value_heads) + ".");
  }
  c.head_dim = read_size(config, "head_dim", std::max(1, c.hidden_size / c.num_attention_heads), 4096);
  c.rms_norm_eps = json_value<float>(config, "rms_norm_eps", 1e-6f);
  if (!(c.rms_norm_eps >= 0.0f && c.rms_norm_eps < 1.0f)) {
    throw Error(ErrorCode::corrupt, "\"rms_norm_eps\" in config.json is " + std::to_string(c.rms_norm_eps) +
                                        ", but should be at least 0 and below 1.");
  }
  c.hidden_act = read_activation(config);
  c.tie_word_embeddings = json_value<bool>(config, "tie_word_embeddings", tied_by_default);
  return c;
}

std::int32_t read_window(const Json& config, std::int32_t layer) {
  const auto window = json_value<std::int32_t>(config, "sliding_window", 0);
  if (window < 0) {
    throw Error(ErrorCode::corrupt,
                "\"sliding_window\" in config.json is " + std::to_string(window) + ", but should be positive.");
  }
  if (!json_value<bool>(config, "use_sliding_window", false)) return 0;
  const auto types = json_value<std::vector<std::string>>(config, "layer_types", {});
  if (types.empty()) return layer >= json_value<std::int32_t>(config, "max_window_layers", 28) ? window : 0;
  if (static_cast<std::size_t>(layer) >= types.size()) {
    throw Error(ErrorCode::corrupt, "\"layer_types\" in config.json has " + std::to_string(types.size()) +
                                        " entries, too few for layer " + std::to_string(layer) + ".");
  }
  const std::string& type = types[static_cast<std::size_t>(layer)];
  if (type == "sliding_attention") return window;
  if (type == "full_attention") return 0;
  throw Error(ErrorCode::unsupported, "Layer " + std::to_string(layer) + " has the type \"" + type +
                                          "\" in config.json, but gerbil knows full_attention and sliding_attention.");
}

graph::ValueId attention(graph::Builder& b, const DecoderConfig& c, graph::ValueId q, graph::ValueId k,
                         graph::ValueId v, std::int32_t window) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.head_dim));
  return b.attention(q, k, v, c.num_attention_heads, c.num_key_value_heads, scale, window);
}

graph::ValueId gated_mlp(graph::Builder& b, const DecoderConfig& c, graph::ValueId x, bool bias) {
  const auto gate = b.activate(b.linear(x, "mlp.gate_proj", c.intermediate_size, bias), c.hidden_act);
  const auto up = b.linear(x, "mlp.up_proj", c.intermediate_size, bias);
  return b.linear(b.multiply(gate, up), "mlp.down_proj", c.hidden_size, bias);
}

graph::Graph finish(graph::Builder& b, const DecoderConfig& c, graph::ValueId x) {
  b.scope("");
  x = b.rms_norm(b.select_rows(x), "model.norm", c.rms_norm_eps);
  return b.finish(b.linear(x, c.tie_word_embeddings ? "model.embed_tokens" : "lm_head", c.vocab_size),
                  c.max_position_embeddings);
}

}  // namespace gerbil::models
