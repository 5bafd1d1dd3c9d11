// BERT (Devlin et al. 2019) and the many sentence encoders and cross-encoders that share its architecture.
#include "models/encoder.hpp"
#include "models/registry.hpp"

namespace gerbil::models {

graph::Graph build_bert(const Json& config, const Head& head) {
  EncoderConfig c = read_encoder_config(config);
  c.causal = read_decoder(config);
  graph::Builder b("bert");
  auto x = bert(b, c);
  if (head.kind == Head::Kind::embedding) return finish_embedding(b, x, head, c.max_position_embeddings);
  x = b.pool(x, {graph::Pooling::first});
  x = b.activate(b.linear(x, "pooler.dense", c.hidden_size, true), graph::Activation::tanh);
  return b.finish_whole_texts(b.linear(x, "classifier", read_labels(config), true), c.max_position_embeddings);
}

}  // namespace gerbil::models
