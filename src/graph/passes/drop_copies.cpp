// An operation that takes several projections side by side finds them so once they are merged: cutting the product up
// and putting the pieces together again is left out.
#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {
namespace {

// The value whose columns the inputs are, all of them and in order; none when they are something else.
ValueId cut_of(const Graph& graph, const Uses& uses, const std::vector<ValueId>& inputs) {
  ValueId whole;
  std::int32_t begin = 0;
  for (const ValueId input : inputs) {
    const auto* slice = produced_by<Slice>(graph, uses, input);
    if (slice == nullptr || slice->begin != begin) return {};
    const ValueId source = producer(graph, uses, input).inputs[0];
    if (begin > 0 && source != whole) return {};
    whole = source;
    begin += graph.value(input).width;
  }
  return begin == graph.value(whole).width ? whole : ValueId();
}

}  // namespace

void drop_copies(Graph& graph) {
  const Uses uses(graph);
  for (const Node& node : graph.nodes) {
    if (!std::holds_alternative<Concatenate>(node.operation) || graph.leaves(node.outputs[0])) continue;
    const ValueId whole = cut_of(graph, uses, node.inputs);
    if (whole == ValueId()) continue;
    for (const std::int32_t reader : at(uses.consumers, node.outputs[0])) {
      for (ValueId& input : graph.nodes[static_cast<std::size_t>(reader)].inputs) {
        if (input == node.outputs[0]) input = whole;
      }
    }
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
