// What the passes share: who computes and who reads a value, and small edits.
#pragma once

#include <variant>
#include <vector>

#include "graph/graph.hpp"

namespace gerbil::graph {

// Computed once by a pass and valid until it edits nodes.
struct Uses {
  explicit Uses(const Graph& graph);
  std::vector<std::int32_t> producer;                // by ValueId: index of the node that computes it, or none
  std::vector<std::vector<std::int32_t>> consumers;  // by ValueId: indices of the nodes that read it, in order
  bool once(ValueId value) const { return consumers[static_cast<std::size_t>(value)].size() == 1; }
};

// The node that computes `value` when it is an Op, otherwise null.
template <typename Op>
const Op* produced_by(const Graph& graph, const Uses& uses, ValueId value) {
  const std::int32_t node = uses.producer[static_cast<std::size_t>(value)];
  return node == none ? nullptr : std::get_if<Op>(&graph.nodes[static_cast<std::size_t>(node)].operation);
}

}  // namespace gerbil::graph
