#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {

Uses::Uses(const Graph& graph) : producers(graph.values.size(), outside), consumers(graph.values.size()) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto place = static_cast<std::int32_t>(i);
    for (const ValueId output : graph.nodes[i].outputs) at(producers, output) = place;
    for (const ValueId input : graph.nodes[i].inputs) at(consumers, input).push_back(place);
  }
  at(consumers, graph.output).push_back(outside);
  if (graph.handed) at(consumers, *graph.handed).push_back(outside);
}

}  // namespace gerbil::graph
