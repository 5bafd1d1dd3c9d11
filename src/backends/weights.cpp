#include "backends/weights.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil {

std::optional<MatrixUse> matrix_use(const graph::Node& node) {
  if (const auto* linear = std::get_if<graph::Linear>(&node.operation)) {
    return MatrixUse{linear->weight, linear->gated ? RowOrder::gated : RowOrder::plain};
  }
  if (const auto* embedding = std::get_if<graph::Embedding>(&node.operation)) {
    return MatrixUse{embedding->table, RowOrder::plain};
  }
  return std::nullopt;
}

std::vector<MatrixUse> matrix_uses(const graph::Graph& graph) {
  std::vector<MatrixUse> uses;
  for (const graph::Node& node : graph.nodes) {
    const auto use = matrix_use(node);
    if (use && std::ranges::find(uses, *use) == uses.end()) uses.push_back(*use);
  }
  return uses;
}

std::int64_t row_operations(const graph::Graph& graph, const graph::Node& node) {
  const auto* linear = std::get_if<graph::Linear>(&node.operation);
  if (!linear) return 0;
  const graph::WeightDeclaration& weight = graph.weight(linear->weight);
  return 2 * weight.rows * weight.columns;
}

Operations count_operations(const graph::Graph& graph) {
  Operations operations;
  for (const graph::Node& node : graph.nodes) {
    operations.token += row_operations(graph, node);
    if (!node.outputs.empty() && graph.value(node.outputs[0]).rows == graph::Rows::tokens)
      operations.prompt_token += row_operations(graph, node);
  }
  return operations;
}

void read_weights(const graph::Graph& graph, const std::vector<bool>& missing, const WeightSource& source,
                  const Progress& progress, const std::function<void(std::size_t id, formats::Weight weight)>& take) {
  const auto bytes = [&](std::size_t id, const formats::Weight& weight) {
    return graph.weights[id].host ? 0 : weight.stored_bytes();
  };
  std::vector<formats::Weight> weights(missing.size());
  std::int64_t total = 0;
  for (std::size_t id = 0; id < weights.size(); ++id) {
    if (!missing[id]) continue;
    weights[id] = source(graph.weights[id]);
    total += bytes(id, weights[id]);
  }
  std::int64_t done = 0;
  for (const bool vectors : {true, false}) {
    for (std::size_t id = 0; id < weights.size(); ++id) {
      if (!missing[id] || graph.weights[id].vector != vectors) continue;
      done += bytes(id, weights[id]);
      take(id, std::exchange(weights[id], {}));  // lets go of what the description holds, such as rows kept in memory
      if (progress) progress(done, total);
    }
  }
}

std::vector<float> read_vector(const formats::Weight& weight, const graph::WeightDeclaration& declaration) {
  const auto* dense = std::get_if<formats::Dense>(&weight.form);
  if (!dense) {
    throw Error(ErrorCode::unsupported, std::format("The vector '{}' is stored quantised; norms and biases must be "
                                                    "F32, F16 or BF16.",
                                                    weight.name));
  }
  std::vector<float> values(static_cast<std::size_t>(weight.rows * weight.columns));
  dense->read(0, weight.rows, values.data());
  for (float& value : values) value += declaration.add;
  return values;
}

}  // namespace gerbil
