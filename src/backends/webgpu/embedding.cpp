// Rows of tables: embeddings of tokens, positions and the like.
#include <utility>
#include <vector>

#include "backends/webgpu/operations.hpp"

namespace gerbil::webgpu {

Operation make_embedding(Machine& m, const graph::Node& node, const graph::Embedding& embedding, const Matrix& table) {
  constexpr std::int64_t threads = 64;
  const std::int64_t columns = m.width(node.outputs[0]);
  Operation operation{.work = columns};
  for (const MatrixPart& part : table.parts) {
    Constants constants = layout_constants(table, part);
    constants["COLUMNS"] = columns;
    constants["BEGIN"] = part.begin;
    constants["SCALE"] = embedding.scale;
    constants["OFFSET"] = std::int64_t{embedding.offset};
    if (embedding.index == graph::Index::position) constants["POSITIONS"] = std::int64_t{1};
    if (embedding.index == graph::Index::type) constants["TYPES"] = std::int64_t{1};
    if (embedding.index == graph::Index::ordinal) constants["ORDINALS"] = std::int64_t{1};
    if (embedding.index == graph::Index::task) constants["TASKS"] = std::int64_t{1};
    std::vector<gpu::Binding> bindings{{0, m.step}, {1, part.elements}, {3, m.value(node.outputs[0])}};
    if (embedding.index == graph::Index::token) {
      constants["TOKENS"] = std::int64_t{1};
      bindings.push_back({6, m.chosen});
    }
    if (!node.inputs.empty()) {
      constants["RESIDUAL"] = std::int64_t{1};
      bindings.push_back({5, m.value(node.inputs[0])});
    }
    if (part.parameters) bindings.push_back({2, part.parameters});
    if (table.permutation) bindings.push_back({4, table.permutation});
    operation.dispatches.push_back({.kernel = m.kernel("embedding", std::move(constants), threads),
                                    .bindings = std::move(bindings),
                                    .groups = (columns + 8 * threads - 1) / (8 * threads)});
  }
  return operation;
}

}  // namespace gerbil::webgpu
