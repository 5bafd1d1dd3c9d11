// norm · factor: what writes the normalised row multiplies it on the way.
#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

void fuse_scale(Graph& graph) {
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    const auto* scale = std::get_if<Scale>(&node.operation);
    if (scale == nullptr || !uses.once(node.inputs[0])) continue;
    const auto* norm = produced_by<RmsNorm>(graph, uses, node.inputs[0]);
    if (norm == nullptr || norm->factor) continue;
    RmsNorm scaled = *norm;
    scaled.factor = scale->factor;
    node = {scaled, producer(graph, uses, node.inputs[0]).inputs, node.outputs};
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
