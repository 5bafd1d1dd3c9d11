#include <algorithm>
#include <vector>

#include "graph/passes/passes.hpp"

namespace gerbil::graph {
namespace {

bool writes_state(const Operation& operation) {
  return std::holds_alternative<KvWrite>(operation) || std::holds_alternative<AttentionInput>(operation);
}

// Every weight an operation names.
template <typename Visit>
void visit_weights(Operation& operation, const Visit& visit) {
  if (auto* embedding = std::get_if<Embedding>(&operation)) visit(embedding->table);
  if (auto* norm = std::get_if<RmsNorm>(&operation)) visit(norm->weight);
  if (auto* norm = std::get_if<LayerNorm>(&operation)) {
    visit(norm->weight);
    visit(norm->bias);
  }
  if (auto* linear = std::get_if<Linear>(&operation)) {
    visit(linear->weight);
    visit(linear->bias);
    visit(linear->norm);
  }
  if (auto* input = std::get_if<AttentionInput>(&operation)) {
    visit(input->query_norm);
    visit(input->key_norm);
  }
}

void remove_unread_nodes(Graph& graph) {
  std::vector<bool> read(graph.values.size(), false);
  read[static_cast<std::size_t>(graph.output)] = true;
  std::vector<bool> keep(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    keep[i] = writes_state(node.operation) || read[static_cast<std::size_t>(node.output)];
    if (!keep[i]) continue;
    for (const ValueId input : node.inputs) read[static_cast<std::size_t>(input)] = true;
  }
  std::size_t index = 0;
  std::erase_if(graph.nodes, [&](const Node&) { return !keep[index++]; });
}

void renumber_values(Graph& graph) {
  std::vector<ValueId> renamed(graph.values.size(), none);
  std::vector<Value> values;
  for (Node& node : graph.nodes) {
    for (ValueId& input : node.inputs) input = renamed[static_cast<std::size_t>(input)];
    if (node.output == none) continue;
    values.push_back(std::move(graph.values[static_cast<std::size_t>(node.output)]));
    renamed[static_cast<std::size_t>(node.output)] = static_cast<ValueId>(values.size() - 1);
    node.output = static_cast<ValueId>(values.size() - 1);
  }
  graph.output = renamed[static_cast<std::size_t>(graph.output)];
  graph.values = std::move(values);
}

void remove_unread_weights(Graph& graph) {
  std::vector<WeightId> renamed(graph.weights.size(), none);
  std::vector<WeightDeclaration> weights;
  for (Node& node : graph.nodes) {
    visit_weights(node.operation, [&](WeightId& id) {
      if (id == none) return;
      WeightId& name = renamed[static_cast<std::size_t>(id)];
      if (name == none) {
        weights.push_back(std::move(graph.weights[static_cast<std::size_t>(id)]));
        name = static_cast<WeightId>(weights.size() - 1);
      }
      id = name;
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
