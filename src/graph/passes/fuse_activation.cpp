// activation(product): the product's epilogue applies it while the result is still in a register.
#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

void fuse_activation(Graph& graph) {
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    const auto* activate = std::get_if<Activate>(&node.operation);
    if (activate == nullptr || !uses.once(node.inputs[0])) continue;
    const auto* linear = produced_by<Linear>(graph, uses, node.inputs[0]);
    if (linear == nullptr || linear->activation != Activation::identity || linear->softcap != 0.0f) continue;
    const Node& source = producer(graph, uses, node.inputs[0]);
    if (source.inputs.size() != 1) continue;  // a residual is added after the activation
    Linear activated = *linear;
    activated.activation = activate->activation;
    node = {activated, source.inputs, node.outputs};
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
