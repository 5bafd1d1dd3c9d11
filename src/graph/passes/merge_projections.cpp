// q, k and v read the same normalised row, and so do gate and up: stacked, they are one bigger product, which reads the
// row once and keeps more threads busy.
#include <algorithm>
#include <string>

#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {
namespace {

bool plain_form(const WeightDeclaration& weight) {
  return !weight.transposed && weight.slices == 1 && weight.row_map.empty() && weight.values.empty();
}

const Linear* mergeable(const Graph& graph, const Node& node) {
  const Linear* linear = std::get_if<Linear>(&node.operation);
  const bool plain = linear != nullptr && node.inputs.size() == 1 && !linear->norm && !linear->gated &&
                     plain_form(graph.weight(linear->weight)) && linear->activation == Activation::identity &&
                     linear->softcap == 0.0f;
  return plain && !graph.leaves(node.outputs[0]) ? linear : nullptr;
}

std::vector<RowRuns> all_runs(const WeightDeclaration& weight) {
  return weight.part_runs.empty() ? std::vector<RowRuns>(weight.parts.size()) : weight.part_runs;
}

// Adds a weight that stacks `members`, in order.
WeightId stack(Graph& graph, const std::vector<WeightId>& members) {
  WeightDeclaration stacked = graph.weight(members.front());
  stacked.part_runs = all_runs(stacked);
  for (std::size_t i = 1; i < members.size(); ++i) {
    const WeightDeclaration& next = graph.weight(members[i]);
    stacked.parts.insert(stacked.parts.end(), next.parts.begin(), next.parts.end());
    stacked.part_rows.insert(stacked.part_rows.end(), next.part_rows.begin(), next.part_rows.end());
    stacked.part_runs.append_range(all_runs(next));
    if (next.vector) {
      stacked.columns += next.columns;
    } else {
      stacked.rows += next.rows;
    }
  }
  return append(graph.weights, std::move(stacked));
}

}  // namespace

void merge_projections(Graph& graph, const CanMerge& can_merge) {
  const Uses uses(graph);
  std::vector<bool> merged(graph.nodes.size(), false);
  std::vector<Node> nodes;
  nodes.reserve(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (merged[i]) continue;
    const Linear* first = mergeable(graph, graph.nodes[i]);
    std::vector<std::size_t> members{i};
    if (first != nullptr) {
      for (const std::int32_t reader : at(uses.consumers, graph.nodes[i].inputs[0])) {
        const auto j = static_cast<std::size_t>(reader);
        if (reader == Uses::outside || j <= i || merged[j]) continue;
        const Linear* other = mergeable(graph, graph.nodes[j]);
        if (other != nullptr && other->bias.has_value() == first->bias.has_value() && other->weight != first->weight &&
            (!can_merge || can_merge(graph.weight(first->weight), graph.weight(other->weight)))) {
          members.push_back(j);
        }
      }
    }
    if (members.size() == 1) {
      nodes.push_back(graph.nodes[i]);
      continue;
    }
    std::vector<WeightId> weights;
    std::vector<WeightId> biases;
    for (const std::size_t member : members) {
      const Linear& linear = std::get<Linear>(graph.nodes[member].operation);
      weights.push_back(linear.weight);
      if (linear.bias) biases.push_back(*linear.bias);
      merged[member] = true;
    }
    Linear whole{.weight = stack(graph, weights)};
    if (!biases.empty()) whole.bias = stack(graph, biases);
    const Value like = graph.value(graph.nodes[i].outputs[0]);
    const ValueId output =
        append(graph.values,
               {like.name + " and others", static_cast<std::int32_t>(graph.weight(whole.weight).rows), like.rows});
    nodes.push_back({whole, graph.nodes[i].inputs, {output}});
    std::int32_t begin = 0;
    for (const std::size_t member : members) {
      const ValueId part = graph.nodes[member].outputs[0];
      nodes.push_back({Slice{begin}, {output}, {part}});
      begin += graph.value(part).width;
    }
  }
  graph.nodes = std::move(nodes);
}

}  // namespace gerbil::graph
