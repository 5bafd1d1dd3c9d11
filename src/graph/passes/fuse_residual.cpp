// x + product, x + norm: what writes the product or the normalised row adds x while it is still in a register.
#include <algorithm>

#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {
namespace {

bool takes_residual(const Node& node) {
  if (const auto* norm = std::get_if<RmsNorm>(&node.operation)) return node.inputs.size() == 1 && !norm->factor;
  return std::holds_alternative<Linear>(node.operation) && node.inputs.size() == 1;
}

}  // namespace

void fuse_residual(Graph& graph) {
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    if (!std::holds_alternative<Add>(node.operation)) continue;
    for (const bool swapped : {false, true}) {
      const ValueId product = node.inputs[swapped ? 0 : 1];
      const ValueId residual = node.inputs[swapped ? 1 : 0];
      if (at(uses.producers, product) == Uses::outside || !uses.once(product) || product == residual) continue;
      const Node& source = producer(graph, uses, product);
      if (!takes_residual(source)) continue;
      // The product moves to where the sum stood, so its residual is there whichever of the two came first.
      node = {source.operation, {source.inputs[0], residual}, node.outputs};
      break;
    }
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
