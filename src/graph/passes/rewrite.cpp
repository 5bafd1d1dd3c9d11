#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

Uses::Uses(const Graph& graph) : producer(graph.values.size(), none), consumers(graph.values.size()) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (node.output != none) producer[static_cast<std::size_t>(node.output)] = static_cast<std::int32_t>(i);
    for (const ValueId input : node.inputs) {
      consumers[static_cast<std::size_t>(input)].push_back(static_cast<std::int32_t>(i));
    }
  }
  // The caller of the graph reads its output too.
  if (graph.output != none) consumers[static_cast<std::size_t>(graph.output)].push_back(none);
}

}  // namespace gerbil::graph
