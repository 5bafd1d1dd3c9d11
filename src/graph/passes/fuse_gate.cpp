// activation(x · Gᵀ) · (x · Uᵀ), with G and U stacked in one weight: the product's epilogue multiplies the two halves,
// and the row of twice the width is never written.
#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

void fuse_gate(Graph& graph) {
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    if (!std::holds_alternative<Multiply>(node.operation)) continue;
    if (graph.value(node.inputs[0]).width != graph.value(node.inputs[1]).width) continue;
    for (const bool swapped : {false, true}) {
      const ValueId activated = node.inputs[swapped ? 1 : 0];
      const ValueId up = node.inputs[swapped ? 0 : 1];
      const auto* activate = produced_by<Activate>(graph, uses, activated);
      if (activate == nullptr || !uses.once(activated)) continue;
      const auto source = [&](ValueId value) -> const Node& { return producer(graph, uses, value); };
      const ValueId gate = source(activated).inputs[0];
      const auto* gate_slice = produced_by<Slice>(graph, uses, gate);
      const auto* up_slice = produced_by<Slice>(graph, uses, up);
      if (gate_slice == nullptr || up_slice == nullptr || !uses.once(gate) || !uses.once(up)) continue;
      const ValueId whole = source(gate).inputs[0];
      const std::int32_t half = graph.value(node.outputs[0]).width;
      if (source(up).inputs[0] != whole || gate_slice->begin != 0 || up_slice->begin != half ||
          graph.value(whole).width != 2 * half) {
        continue;
      }
      const auto* linear = produced_by<Linear>(graph, uses, whole);
      if (linear == nullptr || linear->activation != Activation::identity || linear->softcap != 0.0f ||
          source(whole).inputs.size() != 1) {
        continue;
      }
      Linear gated = *linear;
      gated.activation = activate->activation;
      gated.gated = true;
      node = {gated, source(whole).inputs, node.outputs};
      break;
    }
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
