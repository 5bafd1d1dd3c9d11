// x + product: the product's epilogue adds x while the result is still in a register.
#include <algorithm>

#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

void fuse_residual(Graph& graph) {
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    if (!std::holds_alternative<Add>(node.operation)) continue;
    for (const bool swapped : {false, true}) {
      const ValueId product = node.inputs[swapped ? 0 : 1];
      const ValueId residual = node.inputs[swapped ? 1 : 0];
      const auto* linear = produced_by<Linear>(graph, uses, product);
      if (linear == nullptr || !uses.once(product) || product == residual) continue;
      const Node& source = producer(graph, uses, product);
      if (source.inputs.size() != 1) continue;
      // The product moves to where the sum stood, so its residual is there whichever of the two came first.
      node = {*linear, {source.inputs[0], residual}, node.outputs};
      break;
    }
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
