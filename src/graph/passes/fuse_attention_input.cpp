// Between the q/k/v projection and attention stand two head norms, two rotations and the cache write, each a few
// kilobytes of work: as one op they cost one dispatch instead of five.
#include <optional>

#include "graph/passes/passes.hpp"
#include "graph/passes/rewrite.hpp"

namespace gerbil::graph {
namespace {

// One of q, k, v, followed back from attention to the projection.
struct Chain {
  ValueId source;  // the merged projection
  std::int32_t begin = 0;
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
    if (!uses.once(value)) return std::nullopt;
  }
  const auto* slice = produced_by<Slice>(graph, uses, value);
  if (slice == nullptr) return std::nullopt;
  chain.begin = slice->begin;
  chain.source = input(value);
  return chain;
}

}  // namespace

void fuse_attention_input(Graph& graph) {
  const Uses uses(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* write = std::get_if<Write>(&graph.nodes[i].operation);
    if (write == nullptr || i + 1 == graph.nodes.size()) continue;
    Node& attention = graph.nodes[i + 1];
    const auto* attend = std::get_if<Attend>(&attention.operation);
    if (attend == nullptr || attend->pages != write->pages) continue;
    const Pages& kv = at(graph.pages, write->pages);
    const auto q = trace(graph, uses, attention.inputs[0], kv.head_dim);
    const auto k = trace(graph, uses, graph.nodes[i].inputs[0], kv.head_dim);
    const auto v = trace(graph, uses, graph.nodes[i].inputs[1], kv.head_dim);
    if (!q || !k || !v) continue;
    const std::int32_t query_width = attend->heads * kv.head_dim;
    const std::int32_t kv_width = kv.kv_heads * kv.head_dim;
    const bool side_by_side = q->source == k->source && k->source == v->source && q->begin == 0 &&
                              k->begin == query_width && v->begin == query_width + kv_width &&
                              graph.value(q->source).width >= query_width + 2 * kv_width;
    const bool alike = q->rope == k->rope && !v->rope && !v->norm && (!q->norm || !k->norm || q->epsilon == k->epsilon);
    if (!side_by_side || !alike) continue;
    const float epsilon = q->norm ? q->epsilon : k->epsilon;
    const ValueId rotated =
        append(graph.values, {graph.value(attention.outputs[0]).name + "_input", query_width, Rows::tokens});
    // The write becomes the fused op; what it replaces is dead now.
    graph.nodes[i] = {
        AttentionInput{write->pages, attend->heads, q->norm, k->norm, epsilon, q->rope}, {q->source}, {rotated}};
    attention.inputs[0] = rotated;
  }
  remove_dead(graph);
}

}  // namespace gerbil::graph
