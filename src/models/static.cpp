// Static embeddings as model2vec distils them (Tulkens and van Dongen 2024): a table of tokens, and no layers at all.
// Reference: MinishLab/model2vec, model.py. config.json leaves to the tensors how many rows the table has
// ("vocab_size"), whether the tokens have weights ("has_weights"), whether they share rows ("has_mapping"), and what
// the table is called ("table"): sentence-transformers' StaticEmbedding stores an embedding.weight.
#include "models/head.hpp"
#include "models/registry.hpp"
#include "models/values.hpp"

namespace gerbil::models {

graph::Graph build_static(const Json& config, const Head& head) {
  const std::int32_t rows = read_size(config, "vocab_size");
  const std::int32_t width = read_size(config, "hidden_dim");
  graph::Builder b("static");
  const bool mapped = json_value<bool>(config, "has_mapping", false);
  const auto table = json_value<std::string>(config, "table", "embeddings");
  auto x = b.embedding({.name = table, .row_map = mapped ? "mapping" : ""}, rows, width);
  if (json_value<bool>(config, "has_weights", false)) x = b.multiply(x, b.embedding({.name = "weights"}, rows, 1));
  return finish_embedding(b, x, head, read_size(config, "seq_length", 1000000, 1 << 30));
}

}  // namespace gerbil::models
