// Packs the weights that no program of the memory has, and makes dispatches of every node.
#include <algorithm>
#include <format>
#include <utility>

#include "backends/webgpu/compiled.hpp"
#include "backends/webgpu/operations.hpp"
#include "gerbil/error.hpp"

namespace gerbil::webgpu {
namespace {

Operation make(Machine& m, const graph::Node& node, const Matrix* matrix) {
  return std::visit(
      [&]<typename T>(const T& op) -> Operation {
        if constexpr (std::is_same_v<T, graph::Embedding>) return make_embedding(m, node, op, *matrix);
        if constexpr (std::is_same_v<T, graph::HostEmbedding>) return {};  // HostRows write it
        if constexpr (std::is_same_v<T, graph::Input>) return {};          // and this
        if constexpr (std::is_same_v<T, graph::Linear>) return make_linear(m, node, op, *matrix);
        if constexpr (std::is_same_v<T, graph::RmsNorm>) return make_rms_norm(m, node, op);
        if constexpr (std::is_same_v<T, graph::LayerNorm>) return make_layer_norm(m, node, op);
        if constexpr (std::is_same_v<T, graph::Add>) return make_add(m, node);
        if constexpr (std::is_same_v<T, graph::Multiply>) return make_multiply(m, node);
        if constexpr (std::is_same_v<T, graph::Scale>) return make_scale(m, node, op);
        if constexpr (std::is_same_v<T, graph::TopSoftmax>) return make_top_softmax(m, node, op);
        if constexpr (std::is_same_v<T, graph::Activate>) return make_activate(m, node, op);
        if constexpr (std::is_same_v<T, graph::Slice>) return make_slice(m, node, op);
        if constexpr (std::is_same_v<T, graph::Rope>) return make_rope(m, node, op);
        if constexpr (std::is_same_v<T, graph::Write>) return make_write(m, node, op);
        if constexpr (std::is_same_v<T, graph::Attend>) return make_attend(m, node, op);
        if constexpr (std::is_same_v<T, graph::SelectRows>) return make_select_rows(m, node);
        if constexpr (std::is_same_v<T, graph::Pool>) return make_pool(m, node, op);
        if constexpr (std::is_same_v<T, graph::Gate>) return make_gate(m, node, op);
        if constexpr (std::is_same_v<T, graph::Concatenate>) return make_concatenate(m, node);
        if constexpr (std::is_same_v<T, graph::DeltaNet>) return make_delta_net(m, node, op);
        if constexpr (std::is_same_v<T, graph::AttentionInput>) return make_attention_input(m, node, op);
      },
      node.operation);
}

void check_grid(const Machine& m, const Operation& operation) {
  const std::int64_t most = m.device.capabilities().max_groups;
  for (const Dispatch& dispatch : operation.dispatches) {
    if (dispatch.folds || dispatch.groups <= most) continue;
    throw Error(ErrorCode::unsupported,
                std::format("A row of the model takes {} workgroups, but {} allows at most {}. Use the CPU.",
                            dispatch.groups, m.device.capabilities().name, most));
  }
}

// The operations up to the first whose matrix is still to be packed.
void make_ready_operations(Machine& m, Compiled& compiled) {
  const std::lock_guard turn(m.memory->backend->turns);
  while (compiled.operations.size() < m.graph.nodes.size()) {
    const graph::Node& node = m.graph.nodes[compiled.operations.size()];
    const Matrix* matrix = compiled.matrix_of(node);
    if (matrix == nullptr && matrix_use(node)) return;
    Operation& operation = compiled.operations.emplace_back(make(m, node, matrix));
    check_grid(m, operation);
    operation.stage = stage_of(m.graph, node);
  }
}

gpu::Buffer upload(Machine& m, const std::vector<float>& values, const std::string& label) {
  const std::lock_guard turn(m.memory->backend->turns);
  gpu::Buffer buffer = m.device.buffer(values.size() * sizeof(float), label);
  m.device.write(buffer, 0, std::as_bytes(std::span(values)));
  return buffer;
}

std::uint64_t binding_limit(const Machine& m) {
  const gpu::Capabilities& capabilities = m.device.capabilities();
  const std::uint64_t most = std::min(capabilities.max_binding_bytes, capabilities.max_buffer_bytes);
  return m.options.max_binding_bytes == 0 ? most : std::min(m.options.max_binding_bytes, most);
}

}  // namespace

const Matrix* Compiled::matrix_of(const graph::Node& node) const {
  const auto use = matrix_use(node);
  if (!use) return nullptr;
  return matrices[static_cast<std::size_t>(std::ranges::find(uses, *use) - uses.begin())].get();
}

// Operations are made as soon as their weights are there, so that shaders compile while the next weights are read.
void compile(Machine& m, const WeightSource& source, const Progress& progress, Compiled& result) {
  GpuMemory& memory = *m.memory;
  std::vector<bool> missing;  // by WeightId
  for (const graph::WeightDeclaration& declaration : m.graph.weights) {
    if (declaration.vector) m.vectors[missing.size()] = memory.vectors.find(declaration);
    missing.push_back(declaration.host || (declaration.vector && !m.vectors[missing.size()]));
  }
  result.uses = matrix_uses(m.graph);
  for (const MatrixUse& use : result.uses) {
    result.matrices.push_back(memory.matrices.find(m.graph.weight(use.weight), use.order));
    if (result.matrices.back()) result.shared_bytes += result.matrices.back()->bytes;
    if (!result.matrices.back()) missing[static_cast<std::size_t>(use.weight.index)] = true;
  }
  ThreadPool pool(memory.backend->threads);
  read_weights(m.graph, missing, source, progress, [&](std::size_t id, const formats::Weight& weight) {
    const graph::WeightDeclaration& declaration = m.graph.weights[id];
    if (declaration.vector) {
      m.vectors[id] = memory.vectors.add(upload(m, read_vector(weight, declaration), weight.name), declaration);
      return;
    }
    make_ready_operations(m, result);
    if (declaration.host) result.host_rows.add(m, {static_cast<std::int32_t>(id)}, weight);
    for (std::size_t use = 0; use < result.uses.size(); ++use) {
      if (result.uses[use].weight.index != static_cast<std::int32_t>(id) || result.matrices[use]) continue;
      result.matrices[use] = memory.matrices.add(
          pack(m.device, memory.backend->turns, weight, result.uses[use].order, pool, binding_limit(m)), declaration,
          result.uses[use].order);
    }
  });
  make_ready_operations(m, result);
}

}  // namespace gerbil::webgpu
