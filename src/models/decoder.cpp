#include "models/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "gerbil/error.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

// `fallback` where the key is missing, `null` where it is null; 0 as a fallback is `null`.
std::int32_t read_optional_size(const Json& config, std::string_view key, std::int32_t fallback, std::int32_t null,
                                std::int32_t largest) {
  return read_size(config, key, fallback == 0 || config.contains(key) ? null : fallback, largest);
}

}  // namespace

DecoderConfig read_decoder_config(const Json& config, const DecoderDefaults& defaults) {
  DecoderConfig c;
  c.hidden_size = read_size(config, "hidden_size");
  c.intermediate_size = read_size(config, "intermediate_size");
  c.num_hidden_layers = read_size(config, "num_hidden_layers", 0, most_layers);
  c.num_attention_heads = read_size(config, "num_attention_heads", defaults.num_attention_heads, most_heads);
  c.num_key_value_heads = read_optional_size(config, "num_key_value_heads", defaults.num_key_value_heads,
                                             c.num_attention_heads, most_heads);
  c.vocab_size = read_size(config, "vocab_size", defaults.vocab_size);
  c.max_position_embeddings = read_size(config, "max_position_embeddings", defaults.max_position_embeddings, 1 << 30);
  if (c.num_attention_heads % c.num_key_value_heads != 0) {
    throw Error(ErrorCode::corrupt, "\"num_attention_heads\" in config.json is " +
                                        std::to_string(c.num_attention_heads) +
                                        ", which is not a multiple of \"num_key_value_heads\", " +
                                        std::to_string(c.num_key_value_heads) + ".");
  }
  c.head_dim = read_optional_size(config, "head_dim", defaults.head_dim,
                                  std::max(1, c.hidden_size / c.num_attention_heads), 4096);
  c.rms_norm_eps = read_epsilon(config, "rms_norm_eps", defaults.rms_norm_eps);
  c.hidden_act = read_activation(config, "hidden_act", "silu");
  c.causal = read_causal(config);
  c.tie_word_embeddings = json_value<bool>(config, "tie_word_embeddings", false);
  return c;
}

float read_softcapping(const Json& config) {
  constexpr const char* key = "final_logit_softcapping";
  if (!config.contains(key) || config[key].is_null()) return 0.0f;
  const auto bound = json_value<float>(config, key, 0.0f);
  if (!(bound > 0.0f) || !std::isfinite(bound)) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json is " + json_shown(config[key]) +
                                        ", but should be a positive number or null.");
  }
  return bound;
}

bool read_causal(const Json& config) { return json_value<bool>(config, "is_causal", true); }

std::int32_t read_sliding_window(const Json& config, std::int32_t fallback) {
  const auto window =
      json_value<std::int32_t>(config, "sliding_window", config.contains("sliding_window") ? 0 : fallback);
  if (window < 0) {
    throw Error(ErrorCode::corrupt,
                "\"sliding_window\" in config.json is " + std::to_string(window) + ", but should be positive.");
  }
  return std::min(window, 1 << 30);  // longer than any text
}

std::int32_t read_window(const Json& config, std::int32_t layer, std::int32_t usual, LayerType fallback) {
  if (!json_value<bool>(config, "use_sliding_window", false)) return 0;
  const bool slides = read_layer_type(config, layer, fallback) == LayerType::sliding_attention;
  return slides ? read_sliding_window(config, usual) : 0;
}

std::int32_t read_late_window(const Json& config, std::int32_t layer) {
  const bool late = layer >= json_value<std::int32_t>(config, "max_window_layers", 28);
  return read_window(config, layer, 4096, late ? LayerType::sliding_attention : LayerType::full_attention);
}

graph::ValueId attention(graph::Builder& b, const DecoderConfig& c, graph::ValueId q, graph::ValueId k,
                         graph::ValueId v, std::int32_t window) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.head_dim));
  return b.attention(q, k, v, c.num_attention_heads, scale,
                     {.kv_heads = c.num_key_value_heads,
                      .head_dim = c.head_dim,
                      .window = !c.causal && window > 0 ? window + 1 : window,
                      .causal = c.causal});
}

graph::ValueId gated_mlp(graph::Builder& b, const DecoderConfig& c, graph::ValueId x, bool bias) {
  const auto gate = b.activate(b.linear(x, "mlp.gate_proj", c.intermediate_size, bias), c.hidden_act);
  const auto up = b.linear(x, "mlp.up_proj", c.intermediate_size, bias);
  return b.linear(b.multiply(gate, up), "mlp.down_proj", c.hidden_size, bias);
}

graph::Graph finish(graph::Builder& b, const DecoderConfig& c, graph::ValueId x, const Head& head) {
  b.scope("");
  if (head.kind == Head::Kind::embedding) {
    return finish_embedding(b, b.rms_norm(x, "model.norm", c.rms_norm_eps), head, c.max_position_embeddings);
  }
  if (!c.causal) {
    throw Error(ErrorCode::unsupported,
                "\"is_causal\" in config.json is false or \"use_bidirectional_attention\" true, so the model sees the "
                "whole text "
                "and cannot continue it; load it to embed texts.");
  }
  // Of the wanted rows it is taken once more, so that logits are the same bits whether or not anything is handed over.
  if (head.hands_over) b.hand_over(b.rms_norm(x, "model.norm", c.rms_norm_eps));
  return finish_tokens(b, c, b.rms_norm(b.select_rows(x), "model.norm", c.rms_norm_eps));
}

graph::Graph finish_tokens(graph::Builder& b, const DecoderConfig& c, graph::ValueId x) {
  b.scope("");
  const char* head_module = c.tie_word_embeddings ? "model.embed_tokens" : "lm_head";
  return b.finish(b.linear(x, head_module, c.vocab_size, false, c.final_logit_softcapping), c.max_position_embeddings);
}

}  // namespace gerbil::models
