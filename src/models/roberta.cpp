// RoBERTa (Liu et al. 2019) and XLM-RoBERTa (Conneau et al. 2020): BERT whose positions begin after the padding token's
// number, and whose classifier has a layer of its own.
#include <string>

#include "gerbil/error.hpp"
#include "models/encoder.hpp"
#include "models/registry.hpp"

namespace gerbil::models {

graph::Graph build_roberta(const Json& config, const Head& head) {
  // jina-embeddings-v3 goes by the same name.
  if (config.contains("lora_adaptations")) return build_jina(config, head);
  EncoderConfig c = read_encoder_config(config);
  c.causal = read_decoder(config);
  const auto padding = json_value<std::int32_t>(config, "pad_token_id", 1);
  if (padding < 0 || padding >= c.max_position_embeddings - 1) {
    throw Error(ErrorCode::corrupt, "\"pad_token_id\" in config.json is " + std::to_string(padding) +
                                        ", which leaves no positions of " + std::to_string(c.max_position_embeddings) +
                                        ".");
  }
  const std::int32_t context = c.max_position_embeddings - 1 - padding;
  graph::Builder b("roberta");
  auto x = bert(b, c, padding);
  if (head.kind == Head::Kind::embedding) return finish_embedding(b, x, head, context);
  x = b.pool(x, {graph::Pooling::first});
  x = b.activate(b.linear(x, "classifier.dense", c.hidden_size, true), graph::Activation::tanh);
  return b.finish_whole_texts(b.linear(x, "classifier.out_proj", read_labels(config), true), context);
}

}  // namespace gerbil::models
