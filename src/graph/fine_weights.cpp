// Which weights lose too much with 4 bits. Tables of embeddings are only looked up in, and an error of the last
// projection is an error of the result. In a text encoder an error of values or of the network adds up over the layers
// and reaches the embedding; one of queries and keys passes a softmax first.
#include <algorithm>
#include <variant>
#include <vector>

#include "graph/graph.hpp"

namespace gerbil::graph {
namespace {

class Marker {
 public:
  explicit Marker(Graph& graph) : graph_(graph), producers_(graph.values.size(), nullptr) {
    for (const Node& node : graph.nodes) {
      for (const ValueId output : node.outputs) at(producers_, output) = &node;
    }
  }

  void run() {
    const bool encoder = std::ranges::any_of(graph_.pages, [](const Pages& pages) { return !pages.causal; });
    for (const Node& node : graph_.nodes) {
      if (const auto* embedding = std::get_if<Embedding>(&node.operation)) mark(embedding->table, true);
      if (const auto* linear = std::get_if<Linear>(&node.operation)) {
        if (encoder || node.outputs[0] == graph_.output) mark(linear->weight, true);
      }
    }
    if (!encoder) return;
    for (const Node& node : graph_.nodes) {
      const bool query = std::holds_alternative<Attend>(node.operation);
      if (query || std::holds_alternative<Write>(node.operation)) release(node.inputs[0]);
    }
  }

 private:
  void mark(WeightId weight, bool fine) { at(graph_.weights, weight).fine = fine; }

  // The projection that gives these queries or keys and nothing else: one that gives values too is cut by a Slice.
  void release(ValueId value) {
    const Node* node = at(producers_, value);
    while (std::holds_alternative<Rope>(node->operation) || std::holds_alternative<RmsNorm>(node->operation)) {
      node = at(producers_, node->inputs[0]);
    }
    if (const auto* linear = std::get_if<Linear>(&node->operation)) mark(linear->weight, false);
  }

  Graph& graph_;
  std::vector<const Node*> producers_;
};

}  // namespace

void mark_fine_weights(Graph& graph) { Marker(graph).run(); }

}  // namespace gerbil::graph
