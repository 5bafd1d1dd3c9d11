// Between the q/k/v projection and attention stand two head norms, two rotations and the cache write, each a few
// kilobytes of work: as one op they cost one dispatch instead of five.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {
namespace {

// One of q, k, v, followed back from attention towards the projection.
struct Chain {
  ValueId start;  // what is normalised and rotated
  std::optional<WeightId> norm;
  float epsilon = 0.0f;
  std::optional<RopeId> rope;
};

std::optional<Chain> trace(const Graph& graph, const Uses& uses, ValueId value, std::int32_t head_dim) {
  Chain chain;
  const auto input = [&](ValueId v) { return producer(graph, uses, v).inputs[0]; };
  if (!uses.once(value)) return std::nullopt;
  if (const auto* rope = produced_by<Rope>(graph, uses, value)) {
    chain.rope = rope->rope;
    value = input(value);
    if (!uses.once(value)) return std::nullopt;
  }
  if (const auto* norm = produced_by<RmsNorm>(graph, uses, value)) {
    if (norm->width != head_dim) return std::nullopt;
    chain.norm = norm->weight;
    chain.epsilon = norm->epsilon;
    value = input(value);
  }
  chain.start = value;
  return chain;
}

// Where a chain starts in the merged projection.
struct Part {
  ValueId source;
  std::int32_t begin = 0;
};

std::optional<Part> part_of(const Graph& graph, const Uses& uses, ValueId value, std::size_t readers = 1) {
  const auto* slice = produced_by<Slice>(graph, uses, value);
  if (slice == nullptr || at(uses.consumers, value).size() != readers) return std::nullopt;
  return Part{producer(graph, uses, value).inputs[0], slice->begin};
}

bool all_ones(const Graph& graph, WeightId weight) {
  const std::vector<float>& values = graph.weight(weight).values;
  return !values.empty() && std::ranges::all_of(values, [](float value) { return value == 1.0f; });
}

// The fused op of a write and the attention after it; none when they are made otherwise.
std::optional<Node> fused(const Graph& graph, const Uses& uses, const Node& write, const Node& attention) {
  const auto& attend = std::get<Attend>(attention.operation);
  const Pages& kv = at(graph.pages, attend.pages);
  const auto q = trace(graph, uses, attention.inputs[0], kv.head_dim);
  const auto k = trace(graph, uses, write.inputs[0], kv.head_dim);
  const auto v = trace(graph, uses, write.inputs[1], kv.head_dim);
  if (!q || !k || !v) return std::nullopt;
  const auto q_part = part_of(graph, uses, q->start);
  const bool keys_are_values = k->start == v->start;
  const auto k_part = part_of(graph, uses, k->start, keys_are_values ? 2 : 1);
  const auto v_part = part_of(graph, uses, v->start, keys_are_values ? 2 : 1);
  if (!q_part || !k_part || !v_part) return std::nullopt;
  const std::int32_t query_width = attend.heads * kv.head_dim;
  const std::int32_t kv_width = kv.kv_heads * kv.head_dim;
  const std::int32_t values_begin = query_width + (keys_are_values ? 0 : kv_width);
  const bool side_by_side = q_part->source == k_part->source && k_part->source == v_part->source &&
                            q_part->begin == 0 && k_part->begin == query_width && v_part->begin == values_begin &&
                            graph.value(q_part->source).width >= values_begin + kv_width;
  float epsilon = 0.0f;
  bool alike = q->rope == k->rope && !v->rope && (!v->norm || all_ones(graph, *v->norm));
  for (const Chain& chain : {*q, *k, *v}) {
    if (!chain.norm) continue;
    alike = alike && (epsilon == 0.0f || epsilon == chain.epsilon);
    epsilon = chain.epsilon;
  }
  if (!side_by_side || !alike) return std::nullopt;
  return Node{AttentionInput{.pages = attend.pages,
                             .heads = attend.heads,
                             .keys_are_values = keys_are_values,
                             .query_norm = q->norm,
                             .key_norm = k->norm,
                             .value_norm = v->norm.has_value(),
                             .epsilon = epsilon,
                             .rope = q->rope},
              {q_part->source},
              {}};
}

// The same of the queries alone, where that is one op instead of two.
std::optional<Node> fused_queries(const Graph& graph, const Uses& uses, const Node& attention) {
  const auto& attend = std::get<Attend>(attention.operation);
  const auto q = trace(graph, uses, attention.inputs[0], at(graph.pages, attend.pages).head_dim);
  if (!q || !q->norm || !q->rope) return std::nullopt;
  return Node{AttentionInput{.pages = attend.pages,
                             .heads = attend.heads,
                             .queries_only = true,
                             .query_norm = q->norm,
                             .epsilon = q->epsilon,
                             .rope = q->rope},
              {q->start},
              {}};
}

}  // namespace

void fuse_attention_input(Graph& graph) {
  const Uses uses(graph);
  std::vector<Node> nodes;
  for (const Node& node : graph.nodes) {
    const auto* attend = std::get_if<Attend>(&node.operation);
    if (attend == nullptr) {
      nodes.push_back(node);
      continue;
    }
    const auto* write = nodes.empty() ? nullptr : std::get_if<Write>(&nodes.back().operation);
    std::optional<Node> input;
    if (write != nullptr && write->pages == attend->pages) {
      input = fused(graph, uses, nodes.back(), node);
      if (input) nodes.pop_back();  // the fused op writes
    }
    if (!input) input = fused_queries(graph, uses, node);
    if (input) {
      const Value attended = graph.value(node.outputs[0]);
      input->outputs = {append(graph.values, {attended.name + "_input", attended.width, Rows::tokens})};
      nodes.push_back(*input);
      nodes.push_back({*attend, input->outputs, node.outputs});
    } else {
      nodes.push_back(node);
    }
  }
  graph.nodes = std::move(nodes);
  remove_dead(graph);
}

}  // namespace gerbil::graph
