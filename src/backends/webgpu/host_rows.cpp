#include "backends/webgpu/host_rows.hpp"

#include <span>

namespace gerbil::webgpu {

void HostRows::add(const Machine& machine, graph::WeightId weight, const formats::Weight& table) {
  for (const graph::Node& node : machine.graph.nodes) {
    const auto* embedding = std::get_if<graph::HostEmbedding>(&node.operation);
    if (embedding != nullptr && embedding->table == weight) rows_.push_back({node.outputs[0], embedding->scale, table});
  }
}

void HostRows::write(Machine& machine, const Batch& batch, const Pass& pass) {
  for (const Rows& rows : rows_) {
    const auto columns = static_cast<std::size_t>(rows.table.columns);
    gathered_.resize(pass.rows.size() * columns);
    for (std::size_t i = 0; i < pass.rows.size(); ++i)
      formats::read_dense(rows.table, batch.tokens[pass.rows[i]], 1, &gathered_[i * columns]);
    for (float& value : gathered_) value *= rows.scale;
    machine.device.write(machine.value(rows.value), 0, std::as_bytes(std::span(gathered_)));
  }
}

}  // namespace gerbil::webgpu
