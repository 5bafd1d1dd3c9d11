// Packs the weights, reserves memory, and binds an operation to every node.
#include <algorithm>
#include <mutex>
#include <utility>

#include "backends/cpu/compiled.hpp"
#include "backends/cpu/operations.hpp"

namespace gerbil::cpu {
namespace {

// Whether a projection multiplies with the weight; otherwise it is a table of embeddings.
bool multiplied(const graph::Graph& graph, graph::WeightId id) {
  return std::ranges::any_of(graph.nodes, [&](const graph::Node& node) {
    const auto* linear = std::get_if<graph::Linear>(&node.operation);
    return linear && linear->weight == id;
  });
}

void load_weights(Machine& m, Compiled& compiled, const WeightSource& source, const Progress& progress) {
  CpuMemory& memory = *m.memory;
  m.vectors.resize(m.graph.weights.size());
  m.tables.resize(m.graph.weights.size());
  std::vector<bool> missing;  // by WeightId
  for (const graph::WeightDeclaration& declaration : m.graph.weights) {
    if (declaration.vector) m.vectors[missing.size()] = memory.vectors.find(declaration);
    missing.push_back(declaration.host || (declaration.vector && !m.vectors[missing.size()]));
  }
  for (const MatrixUse& use : compiled.uses) {
    const bool table = !multiplied(m.graph, use.weight);
    compiled.matrices.push_back(memory.matrices.find(m.graph.weight(use.weight), use.order, table));
    if (compiled.matrices.back()) compiled.shared_bytes += compiled.matrices.back()->bytes();
    if (!compiled.matrices.back()) missing[static_cast<std::size_t>(use.weight.index)] = true;
  }
  read_weights(m.graph, missing, source, progress, [&](std::size_t id, formats::Weight weight) {
    const std::lock_guard turn(memory.backend->turns);
    const graph::WeightDeclaration& declaration = m.graph.weights[id];
    if (declaration.vector) m.vectors[id] = memory.vectors.add(read_vector(weight, declaration), declaration);
    for (std::size_t use = 0; use < compiled.uses.size(); ++use) {
      if (compiled.uses[use].weight.index != static_cast<std::int32_t>(id) || compiled.matrices[use]) continue;
      const bool table = !multiplied(m.graph, compiled.uses[use].weight);
      compiled.matrices[use] =
          memory.matrices.add(table ? pack_table(weight, m.pool) : pack(weight, compiled.uses[use].order, m.pool),
                              declaration, compiled.uses[use].order, table);
    }
    if (declaration.host) m.tables[id] = std::move(weight);
  });
}

Operation bind(Machine& m, const graph::Node& node, const Matrix* matrix, bool reuse) {
  return std::visit(
      [&]<typename T>(const T& op) -> Operation {
        if constexpr (std::is_same_v<T, graph::Embedding>) return make_embedding(m, node, op, *matrix);
        if constexpr (std::is_same_v<T, graph::HostEmbedding>) return make_host_embedding(node, op);
        if constexpr (std::is_same_v<T, graph::Input>) return make_input(node);
        if constexpr (std::is_same_v<T, graph::Linear>) return make_linear(m, node, op, *matrix, reuse);
        if constexpr (std::is_same_v<T, graph::RmsNorm>) return make_rms_norm(node, op);
        if constexpr (std::is_same_v<T, graph::LayerNorm>) return make_layer_norm(node, op);
        if constexpr (std::is_same_v<T, graph::Add>) return make_add(node);
        if constexpr (std::is_same_v<T, graph::Multiply>) return make_multiply(node);
        if constexpr (std::is_same_v<T, graph::Scale>) return make_scale(node, op);
        if constexpr (std::is_same_v<T, graph::TopSoftmax>) return make_top_softmax(node, op);
        if constexpr (std::is_same_v<T, graph::Activate>) return make_activate(node, op);
        if constexpr (std::is_same_v<T, graph::Slice>) return make_slice(node, op);
        if constexpr (std::is_same_v<T, graph::Rope>) return make_rope(node, op);
        if constexpr (std::is_same_v<T, graph::Write>) return make_write(node, op);
        if constexpr (std::is_same_v<T, graph::Attend>) return make_attend(m, node, op);
        if constexpr (std::is_same_v<T, graph::SelectRows>) return make_select_rows(node);
        if constexpr (std::is_same_v<T, graph::Pool>) return make_pool(node, op);
        if constexpr (std::is_same_v<T, graph::Gate>) return make_gate(node, op);
        if constexpr (std::is_same_v<T, graph::Concatenate>) return make_concatenate(node);
        if constexpr (std::is_same_v<T, graph::DeltaNet>) return make_delta_net(m, node, op);
        if constexpr (std::is_same_v<T, graph::AttentionInput>) return make_attention_input(m, node, op);
      },
      node.operation);
}

void bind_nodes(Machine& m, Compiled& compiled) {
  // The projection whose prepared activations the machine holds.
  const graph::Node* prepared = nullptr;
  const Matrix* prepared_matrix = nullptr;
  for (const graph::Node& node : m.graph.nodes) {
    const Matrix* matrix = compiled.matrix_of(node);
    bool reuse = false;
    if (const auto* linear = std::get_if<graph::Linear>(&node.operation)) {
      reuse = prepared && prepared->inputs[0] == node.inputs[0] &&
              same_preparation(std::get<graph::Linear>(prepared->operation), *prepared_matrix, *linear, *matrix);
      prepared = &node;
      prepared_matrix = matrix;
    }
    compiled.operations.push_back(bind(m, node, matrix, reuse));
  }
}

void reserve_states(Machine& m) {
  const graph::PageGroups groups = graph::page_groups(m.graph);
  const auto blocks = block_counts(groups, m.options);
  for (std::size_t id = 0; id < m.graph.pages.size(); ++id) {
    const graph::Pages& pages = m.graph.pages[id];
    const std::size_t group = groups.of[id];
    const kernels::KvLayout layout{pages.kv_heads, pages.head_dim, m.options.exact};
    m.pages.push_back(
        {group, layout, kernels::Buffer(static_cast<std::uint64_t>(blocks[group]) * layout.block_bytes())});
  }
  for (const graph::Slot& slot : m.graph.slots) {
    const auto floats = static_cast<std::uint64_t>(m.options.slots) * static_cast<std::uint64_t>(slot.elements);
    m.slots.push_back({slot.elements, kernels::Buffer(floats * sizeof(float))});
  }
  for (const graph::RopeTable& table : m.graph.ropes) {
    const std::size_t half = table.inverse_frequencies.size();
    const std::size_t floats = half * static_cast<std::size_t>(m.options.max_tokens);
    m.angles.push_back({static_cast<std::int64_t>(half), std::vector<float>(floats), std::vector<float>(floats)});
  }
  m.runs.reserve(static_cast<std::size_t>(m.options.max_tokens));
  m.sequences.reserve(static_cast<std::size_t>(m.options.max_sequences));
}

}  // namespace

const Matrix* Compiled::matrix_of(const graph::Node& node) const {
  const auto use = matrix_use(node);
  return use ? matrices[static_cast<std::size_t>(std::ranges::find(uses, *use) - uses.begin())].get() : nullptr;
}

Compiled compile(Machine& m, const WeightSource& source, const Progress& progress) {
  Compiled result;
  result.uses = matrix_uses(m.graph);
  load_weights(m, result, source, progress);
  m.plan = plan_memory(m.graph);
  m.arena = kernels::Buffer(static_cast<std::uint64_t>(m.plan.peak * m.options.max_tokens) * sizeof(float));
  reserve_states(m);
  bind_nodes(m, result);
  return result;
}

}  // namespace gerbil::cpu
