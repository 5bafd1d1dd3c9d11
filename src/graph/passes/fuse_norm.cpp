// A layer norm costs a dispatch of its own on a GPU, but a product reads its whole input row anyway: it can find the
// root mean square on the way.
#include <algorithm>

#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

void fuse_norm(Graph& graph) {
  const Uses uses(graph);
  for (const Node& norm : graph.nodes) {
    const auto* operation = std::get_if<RmsNorm>(&norm.operation);
    if (operation == nullptr || operation->width != graph.value(norm.outputs[0]).width) continue;
    if (norm.inputs.size() != 1 || operation->factor) continue;
    const auto& readers = at(uses.consumers, norm.outputs[0]);
    const bool only_products = std::ranges::all_of(readers, [&](std::int32_t reader) {
      if (reader == Uses::outside) return false;
      const Node& node = graph.nodes[static_cast<std::size_t>(reader)];
      const auto* linear = std::get_if<Linear>(&node.operation);
      return linear != nullptr && !linear->norm && node.inputs[0] == norm.outputs[0] &&
             std::ranges::count(node.inputs, norm.outputs[0]) == 1;
    });
    if (!only_products) continue;
    for (const std::int32_t reader : readers) {
      Node& node = graph.nodes[static_cast<std::size_t>(reader)];
      auto& linear = std::get<Linear>(node.operation);
      linear.norm = operation->weight;
      linear.epsilon = operation->epsilon;
      node.inputs[0] = norm.inputs[0];
    }
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
