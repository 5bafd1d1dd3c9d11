// The language models of Qwen3.5 and 3.6 (Qwen Team 2026): three layers of Gated DeltaNet (Yang et al. 2025) to one of
// attention, whose output is gated and whose heads rotate in part.
#include <string>

#include "gerbil/error.hpp"
#include "models/decoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

constexpr std::int32_t most_head_dim = 4096;

// The sizes of the linear layers. Reference: transformers 5.12, configuration_qwen3_5.py.
graph::DeltaNet read_delta_net(const Json& config, float epsilon) {
  const graph::DeltaNet shape{.key_heads = read_size(config, "linear_num_key_heads", 16, most_heads),
                              .value_heads = read_size(config, "linear_num_value_heads", 32, most_heads),
                              .key_dim = read_size(config, "linear_key_head_dim", 128, most_head_dim),
                              .value_dim = read_size(config, "linear_value_head_dim", 128, most_head_dim),
                              .taps = read_size(config, "linear_conv_kernel_dim", 4, graph::most_delta_net_taps),
                              .epsilon = epsilon};
  if (shape.value_heads % shape.key_heads != 0) {
    throw Error(ErrorCode::corrupt,
                "\"linear_num_value_heads\" in config.json is " + std::to_string(shape.value_heads) +
                    ", which is not a multiple of \"linear_num_key_heads\", " + std::to_string(shape.key_heads) + ".");
  }
  if (shape.columns() > largest_size) {
    throw Error(ErrorCode::corrupt, "The linear layers that config.json describes have " +
                                        std::to_string(shape.columns()) + " columns, more than any model, " +
                                        std::to_string(largest_size) + ".");
  }
  return shape;
}

// Text has one position where pictures have three, so the interleaved sections of its rotary embedding turn alike.
graph::RopeTable read_partial_rope(Json config, std::int32_t head_dim) {
  if (!config.contains("partial_rotary_factor")) config["partial_rotary_factor"] = 0.25;
  return read_rope(config, head_dim, 10000.0, true);
}

graph::ValueId gated_attention(graph::Builder& b, const DecoderConfig& c, graph::ValueId h, graph::RopeId rope,
                               bool bias) {
  // A head's queries and its gate stand together.
  const std::int32_t queries = c.num_attention_heads * c.head_dim;
  const std::int32_t keys = c.num_key_value_heads * c.head_dim;
  const auto half = [&](std::int32_t begin) {
    return b.linear(h,
                    {.name = "self_attn.q_proj",
                     .bias = bias ? "self_attn.q_proj.bias" : "",
                     .runs = {begin, c.head_dim, 2 * c.head_dim}},
                    queries);
  };
  auto q = half(0);
  auto k = b.linear(h, "self_attn.k_proj", keys, bias);
  const auto v = b.linear(h, "self_attn.v_proj", keys, bias);
  const auto gate = half(c.head_dim);
  q = b.rope(b.rms_norm(q, "self_attn.q_norm", c.rms_norm_eps, c.head_dim), rope, c.head_dim);
  k = b.rope(b.rms_norm(k, "self_attn.k_norm", c.rms_norm_eps, c.head_dim), rope, c.head_dim);
  h = b.multiply(attention(b, c, q, k, v, 0), b.activate(gate, graph::Activation::sigmoid));
  return b.linear(h, "self_attn.o_proj", c.hidden_size, bias);
}

graph::ValueId delta_net(graph::Builder& b, const DecoderConfig& c, graph::ValueId h, const graph::DeltaNet& shape) {
  const auto qkv = b.linear(h, "linear_attn.in_proj_qkv", shape.channels());
  const auto z = b.linear(h, "linear_attn.in_proj_z", shape.values());
  const auto beta = b.linear(h, "linear_attn.in_proj_b", shape.value_heads);
  const auto a = b.linear(h, "linear_attn.in_proj_a", shape.value_heads);
  return b.linear(b.delta_net(qkv, z, beta, a, "linear_attn", shape), "linear_attn.out_proj", c.hidden_size);
}

graph::ValueId full_layer(graph::Builder& b, const DecoderConfig& c, graph::ValueId x, graph::RopeId rope, bool bias) {
  x = b.add(x, gated_attention(b, c, b.rms_norm(x, "input_layernorm", c.rms_norm_eps), rope, bias));
  return b.add(x, gated_mlp(b, c, b.rms_norm(x, "post_attention_layernorm", c.rms_norm_eps)));
}

DecoderConfig read_config(const Json& config) {
  return read_decoder_config(config, {.num_attention_heads = 16,
                                      .num_key_value_heads = 4,
                                      .head_dim = 256,
                                      .vocab_size = 248320,
                                      .max_position_embeddings = 32768});
}

}  // namespace

graph::Graph build_qwen3_5(const Json& config, const Head& head) {
  if (head.kind != Head::Kind::token) {
    throw Error(ErrorCode::unsupported, "gerbil does not make embeddings with models of the family Qwen3.5 yet.");
  }
  const DecoderConfig c = read_config(config);
  const graph::DeltaNet shape = read_delta_net(config, c.rms_norm_eps);
  const std::int32_t interval = read_size(config, "full_attention_interval", 4, most_layers);
  const bool bias = json_value<bool>(config, "attention_bias", false);

  graph::Builder b("qwen3_5");
  if (!json_value<bool>(config, norms_are_whole, false)) b.norms_add_one();
  const auto rope = b.add_rope(read_partial_rope(config, c.head_dim));
  auto x = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    using enum LayerType;
    const LayerType fallback = (layer + 1) % interval == 0 ? full_attention : linear_attention;
    const bool full = read_layer_type(config, layer, fallback, linear_attention) == full_attention;
    b.scope("model.layers." + std::to_string(layer) + ".");
    if (full) {
      x = full_layer(b, c, x, rope, bias);
    } else {
      x = b.add(x, delta_net(b, c, b.rms_norm(x, "input_layernorm", c.rms_norm_eps), shape));
      x = b.add(x, gated_mlp(b, c, b.rms_norm(x, "post_attention_layernorm", c.rms_norm_eps)));
    }
  }
  return finish(b, c, x, head);
}

// The layer that drafts tokens: what the model makes of a token, after its last norm, and the token after it become
// what is guessed to come then (Multi-Token Prediction, DeepSeek-AI 2024, section 2.2). What it hands over takes the
// place of the model's hidden state where it goes on from its own guess.
// Reference: vLLM 0.18, model_executor/models/qwen3_5_mtp.py.
graph::Graph build_qwen3_5_draft(const Json& config) {
  const DecoderConfig c = read_config(config);
  const auto layers = read_size(config, "mtp_num_hidden_layers", 1, most_layers);
  if (layers != 1) {
    throw Error(ErrorCode::unsupported,
                "\"mtp_num_hidden_layers\" is " + std::to_string(layers) + ", and gerbil drafts with one layer only.");
  }
  if (json_value<bool>(config, "mtp_use_dedicated_embeddings", false)) {
    throw Error(ErrorCode::unsupported,
                "\"mtp_use_dedicated_embeddings\" is true, and gerbil drafts with the model's own table only.");
  }
  graph::Builder b("qwen3_5_draft");
  if (!json_value<bool>(config, norms_are_whole, false)) b.norms_add_one();
  const auto rope = b.add_rope(read_partial_rope(config, c.head_dim));
  const auto token = b.embedding("model.embed_tokens", c.vocab_size, c.hidden_size);
  const auto hidden = b.input(c.hidden_size);
  auto x = b.concatenate({b.rms_norm(token, "mtp.pre_fc_norm_embedding", c.rms_norm_eps),
                          b.rms_norm(hidden, "mtp.pre_fc_norm_hidden", c.rms_norm_eps)});
  x = b.linear(x, "mtp.fc", c.hidden_size);
  b.scope("mtp.layers.0.");
  x = full_layer(b, c, x, rope, json_value<bool>(config, "attention_bias", false));
  b.scope("");
  x = b.rms_norm(x, "mtp.norm", c.rms_norm_eps);
  b.hand_over(x);
  return finish_tokens(b, c, b.select_rows(x));
}

}  // namespace gerbil::models
