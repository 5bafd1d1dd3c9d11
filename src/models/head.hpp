// What stands on top of a model's hidden states.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/builder.hpp"

namespace gerbil::models {

// The modules of sentence-transformers that change a row. `module` names a weight's module: "2_Dense/linear" is the
// module `linear` of the checkpoint in the folder 2_Dense.
// Reference: sentence-transformers, base/modules/dense.py, normalize.py and sentence_transformer/modules/layer_norm.py.

// activation(W x + bias), plus x, or a projection of x where the widths differ, when there is a residual.
struct Dense {
  std::string module;
  std::int32_t outputs = 0;
  bool bias = true;
  Activation activation = Activation::tanh;
  bool residual = false;
  std::string residual_module;
};

struct LayerNorm {
  std::string module;
};

struct Normalize {};  // to length 1

using RowModule = std::variant<Dense, LayerNorm, Normalize>;

struct Head {
  // token: the logits of the next one. embedding: pooled hidden states. classes: what the model's own classifier says
  // of the text, for architectures that end in ForSequenceClassification.
  enum class Kind { token, embedding, classes };
  Kind kind = Kind::token;
  bool hands_over = false;                // of tokens: what the layers that draft tokens read (Family::build_draft)
  std::vector<RowModule> before_pooling;  // of an embedding, on the row of every token, in order
  std::vector<graph::Pooling> pooling;    // one or more ways, side by side
  std::vector<RowModule> after_pooling;
};

// Pools x, a row for every token, and changes the rows as the head says.
graph::Graph finish_embedding(graph::Builder& b, graph::ValueId x, const Head& head, std::int32_t context_length);

}  // namespace gerbil::models
