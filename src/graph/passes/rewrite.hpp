// What the passes share: who computes and who reads a value, and small edits.
#pragma once

#include <variant>
#include <vector>

#include "graph/graph.hpp"

namespace gerbil::graph {

// Computed once by a pass and valid until it edits nodes. Nodes are named by their place in Graph::nodes.
struct Uses {
  static constexpr std::int32_t outside = -1;  // no node: who calls the graph

  explicit Uses(const Graph& graph);
  std::vector<std::int32_t> producers;               // by ValueId
  std::vector<std::vector<std::int32_t>> consumers;  // by ValueId, in order
  bool once(ValueId value) const { return at(consumers, value).size() == 1; }
};

// The node that computes `value`, which one does.
inline const Node& producer(const Graph& graph, const Uses& uses, ValueId value) {
  return graph.nodes[static_cast<std::size_t>(at(uses.producers, value))];
}

// The operation that computes `value` when it is an Op, otherwise null.
template <typename Op>
const Op* produced_by(const Graph& graph, const Uses& uses, ValueId value) {
  if (at(uses.producers, value) == Uses::outside) return nullptr;
  return std::get_if<Op>(&producer(graph, uses, value).operation);
}

}  // namespace gerbil::graph
