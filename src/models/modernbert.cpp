// ModernBERT (Warner et al. 2024): norms before each half of a layer, rotary positions, a gated feed-forward network,
// and layers that see their neighbourhood between those that see the whole text.
#include <string>

#include "gerbil/error.hpp"
#include "models/encoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

graph::Pooling classifier_pooling(const Json& config) {
  const auto name = json_value<std::string>(config, "classifier_pooling", "cls");
  if (name == "cls") return graph::Pooling::first;
  if (name == "mean") return graph::Pooling::mean;
  throw Error(ErrorCode::unsupported,
              "\"classifier_pooling\" in config.json is \"" + name + "\", but gerbil knows cls and mean.");
}

// "local_attention" is the whole width of what a token sees, itself left out.
std::int32_t read_local_window(const Json& config) {
  const auto width = json_value<std::int32_t>(config, "local_attention", 128);
  if (width >= 0 && width <= 1 << 30) return width / 2 + 1;
  throw Error(ErrorCode::corrupt, "\"local_attention\" in config.json is " + std::to_string(width) +
                                      ", but should be between 0 and 2³⁰ where layers see their neighbourhood.");
}

}  // namespace

graph::Graph build_modernbert(const Json& config, const Head& head) {
  EncoderConfig c = read_encoder_config(config);
  c.hidden_act = read_activation(config, "hidden_activation", "gelu");
  const float epsilon = read_epsilon(config, "norm_eps", 1e-5f);
  const bool norm_bias = json_value<bool>(config, "norm_bias", false);
  const bool attention_bias = json_value<bool>(config, "attention_bias", false);
  const bool mlp_bias = json_value<bool>(config, "mlp_bias", false);
  const std::int32_t period = read_size(config, "global_attn_every_n_layers", 3, most_layers);

  graph::Builder b("modernbert");
  const auto global_rope = b.add_rope(read_layer_rope(config, "full_attention", c.head_dim,
                                                      json_value<double>(config, "global_rope_theta", 160000.0), true));
  const auto local_rope = b.add_rope(read_layer_rope(config, "sliding_attention", c.head_dim,
                                                     json_value<double>(config, "local_rope_theta", 10000.0), true));
  auto x = b.embedding("model.embeddings.tok_embeddings", c.vocab_size, c.hidden_size);
  x = b.layer_norm(x, "model.embeddings.norm", epsilon, norm_bias);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    const LayerType fallback = layer % period == 0 ? LayerType::full_attention : LayerType::sliding_attention;
    const bool global = read_layer_type(config, layer, fallback) == LayerType::full_attention;
    const std::int32_t window = global ? 0 : read_local_window(config);
    b.scope("model.layers." + std::to_string(layer) + ".");
    auto h = layer == 0 ? x : b.layer_norm(x, "attn_norm", epsilon, norm_bias);
    h = b.linear(h, "attn.Wqkv", 3 * c.hidden_size, attention_bias);
    h = packed_attention(b, c, h, global ? global_rope : local_rope, window);
    x = b.add(x, b.linear(h, "attn.Wo", c.hidden_size, attention_bias));
    h = b.linear(b.layer_norm(x, "mlp_norm", epsilon, norm_bias), "mlp.Wi", 2 * c.intermediate_size, mlp_bias);
    const auto activated = b.activate(b.slice(h, 0, c.intermediate_size), c.hidden_act);
    h = b.multiply(activated, b.slice(h, c.intermediate_size, c.intermediate_size));
    x = b.add(x, b.linear(h, "mlp.Wo", c.hidden_size, mlp_bias));
  }
  b.scope("");
  x = b.layer_norm(x, "model.final_norm", epsilon, norm_bias);
  if (head.kind == Head::Kind::embedding) return finish_embedding(b, x, head, c.max_position_embeddings);
  x = b.pool(x, {classifier_pooling(config)});
  x = b.linear(x, "head.dense", c.hidden_size, json_value<bool>(config, "classifier_bias", false));
  x = b.activate(x, read_activation(config, "classifier_activation", "gelu"));
  x = b.layer_norm(x, "head.norm", epsilon, norm_bias);
  return b.finish_whole_texts(b.linear(x, "classifier", read_labels(config), true), c.max_position_embeddings);
}

}  // namespace gerbil::models
