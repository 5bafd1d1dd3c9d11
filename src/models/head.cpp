#include "models/head.hpp"

namespace gerbil::models {
namespace {

struct Apply {
  graph::Builder& b;
  graph::ValueId x;

  graph::ValueId operator()(const Dense& dense) const {
    auto y = b.linear(x, dense.module, dense.outputs, dense.bias);
    if (dense.activation != Activation::identity) y = b.activate(y, dense.activation);
    if (!dense.residual) return y;
    return b.add(y, b.width(x) == dense.outputs ? x : b.linear(x, dense.residual_module, dense.outputs));
  }
  graph::ValueId operator()(const LayerNorm& norm) const {
    return b.layer_norm(x, norm.module, 1e-5f);  // PyTorch's default, which the files do not name
  }
  graph::ValueId operator()(const Normalize&) const { return b.l2_norm(x); }
};

}  // namespace

graph::Graph finish_embedding(graph::Builder& b, graph::ValueId x, const Head& head, std::int32_t context_length) {
  b.scope("");
  for (const RowModule& module : head.before_pooling) x = std::visit(Apply{b, x}, module);
  x = b.pool(x, head.pooling);
  for (const RowModule& module : head.after_pooling) x = std::visit(Apply{b, x}, module);
  return b.finish_whole_texts(x, context_length);
}

}  // namespace gerbil::models
