#include <algorithm>
#include <vector>

#include "graph/fields.hpp"
#include "graph/passes/passes.hpp"

namespace gerbil::graph {
namespace {

void remove_unread_nodes(Graph& graph) {
  std::vector<bool> read(graph.values.size(), false);
  at(read, graph.output) = true;
  if (graph.handed) at(read, *graph.handed) = true;
  std::vector<bool> keep(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    keep[i] =
        writes_state(node.operation) || std::ranges::any_of(node.outputs, [&](ValueId id) { return at(read, id); });
    if (!keep[i]) continue;
    for (const ValueId input : node.inputs) at(read, input) = true;
  }
  std::size_t index = 0;
  std::erase_if(graph.nodes, [&](const Node&) { return !keep[index++]; });
}

void renumber_values(Graph& graph) {
  std::vector<ValueId> renamed(graph.values.size());
  std::vector<Value> values;
  for (Node& node : graph.nodes) {
    for (ValueId& input : node.inputs) input = at(renamed, input);
    for (ValueId& output : node.outputs) {
      const ValueId id = append(values, std::move(at(graph.values, output)));
      at(renamed, output) = id;
      output = id;
    }
  }
  graph.output = at(renamed, graph.output);
  if (graph.handed) graph.handed = at(renamed, *graph.handed);
  graph.values = std::move(values);
}

void remove_unread_weights(Graph& graph) {
  std::vector<WeightId> renamed(graph.weights.size());
  std::vector<WeightDeclaration> weights;
  for (Node& node : graph.nodes) {
    for_each_id<WeightId>(node.operation, [&](WeightId& id) {
      if (at(renamed, id) == WeightId()) at(renamed, id) = append(weights, std::move(at(graph.weights, id)));
      id = at(renamed, id);
    });
  }
  graph.weights = std::move(weights);
}

}  // namespace

void remove_dead(Graph& graph) {
  remove_unread_nodes(graph);
  renumber_values(graph);
  remove_unread_weights(graph);
}

}  // namespace gerbil::graph
