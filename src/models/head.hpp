// What stands on top of a model's hidden states.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/builder.hpp"

namespace gerbil::models {

// A projection of the pooled row.
// Reference: sentence-transformers, models/Dense.py.
struct Dense {
  std::string module;  // of its weight; "2_Dense/linear" is the module `linear` of the checkpoint in the folder 2_Dense
  std::int32_t outputs = 0;
  bool bias = true;
  graph::Activation activation = graph::Activation::tanh;
};

struct Head {
  // token: the logits of the next one. embedding: pooled hidden states. classes: what the model's own classifier says
  // of the text, for architectures that end in ForSequenceClassification.
  enum class Kind { token, embedding, classes };
  Kind kind = Kind::token;
  std::vector<graph::Pooling> pooling;  // of an embedding: one or more ways, side by side
  std::vector<Dense> dense;             // of an embedding, in order
};

// Pools x, a row for every token, and projects it as the head says.
graph::Graph finish_embedding(graph::Builder& b, graph::ValueId x, const Head& head, std::int32_t context_length);

}  // namespace gerbil::models
