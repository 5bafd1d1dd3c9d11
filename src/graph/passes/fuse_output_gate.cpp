// attention · sigmoid(gate), with the gate cut out of the projection of queries, keys and values: one op reads it where
// it stands.
#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

void fuse_output_gate(Graph& graph) {
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    if (!std::holds_alternative<Multiply>(node.operation)) continue;
    const ValueId activated = node.inputs[1];
    if (graph.value(node.inputs[0]).width != graph.value(activated).width) continue;
    const auto* activate = produced_by<Activate>(graph, uses, activated);
    if (activate == nullptr || !uses.once(activated)) continue;
    const ValueId gate = producer(graph, uses, activated).inputs[0];
    const auto* slice = produced_by<Slice>(graph, uses, gate);
    if (slice == nullptr || !uses.once(gate)) continue;
    node = {Gate{activate->activation, slice->begin},
            {node.inputs[0], producer(graph, uses, gate).inputs[0]},
            node.outputs};
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
