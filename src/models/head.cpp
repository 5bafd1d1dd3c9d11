#include "models/head.hpp"

namespace gerbil::models {

graph::Graph finish_embedding(graph::Builder& b, graph::ValueId x, const Head& head, std::int32_t context_length) {
  b.scope("");
  x = b.pool(x, head.pooling);
  for (const Dense& dense : head.dense) {
    x = b.linear(x, dense.module, dense.outputs, dense.bias);
    if (dense.activation != graph::Activation::identity) x = b.activate(x, dense.activation);
  }
  return b.finish_whole_texts(x, context_length);
}

}  // namespace gerbil::models
