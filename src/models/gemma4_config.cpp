#include "models/gemma4_config.hpp"

#include <vector>

#include "gerbil/error.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

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
    refuse_value("num_kv_shared_layers", std::to_string(shared),
                 "at least 0 and below the " + std::to_string(layers) + " layers");
  }
  return layers - shared;
}

void check_layer_types(const Json& config, std::int32_t layers) {
  const auto types = json_value<std::vector<std::string>>(config, "layer_types", {});
  if (types.empty() || std::ssize(types) == layers) return;
  refuse_value("layer_types", "a list of " + std::to_string(types.size()),
               "one of the " + std::to_string(layers) + " layers");
}

}  // namespace

void refuse_value(const std::string& key, const std::string& value, const std::string& expected) {
  throw Error(ErrorCode::corrupt, "\"" + key + "\" in config.json is " + value + ", but should be " + expected + ".");
}

Gemma4Config read_gemma4_config(const Json& config, const Gemma4Defaults& defaults) {
  if (json_value<bool>(config, "enable_moe_block", false)) {
    throw Error(ErrorCode::unsupported,
                "\"enable_moe_block\" in config.json is true, but gerbil runs Gemma 4 without experts only.");
  }
  Gemma4Config c{read_decoder_config(config, {.num_attention_heads = 8,
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
    refuse_value("num_global_key_value_heads", std::to_string(c.num_global_key_value_heads),
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
    refuse_value("vocab_size_per_layer_input", std::to_string(c.vocab_size_per_layer_input),
                 "at least \"vocab_size\", " + std::to_string(c.vocab_size));
  }
  return c;
}

bool is_full(const Json& config, const Gemma4Config& c, std::int32_t layer) {
  const LayerType fallback = (layer + 1) % 6 == 0 ? LayerType::full_attention : LayerType::sliding_attention;
  return read_layer_type(config, layer, fallback) == LayerType::full_attention || layer + 1 == c.num_hidden_layers;
}

}  // namespace gerbil::models
