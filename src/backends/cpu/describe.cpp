// What a program costs, and what it does without.
#include <format>

#include "backends/cpu/compiled.hpp"
#include "kernels/cpu/targets.hpp"

namespace gerbil::cpu {

ProgramInfo describe(const Machine& m, const Compiled& compiled) {
  ProgramInfo info;
  info.device =
      std::format("CPU, {}, {} thread{}", kernels::target_name(), m.pool.size(), m.pool.size() == 1 ? "" : "s");
  for (const auto& matrix : compiled.matrices) info.weight_bytes += matrix->bytes();
  for (const auto& vector : m.vectors)
    if (vector) info.weight_bytes += static_cast<std::int64_t>(vector->size() * sizeof(float));
  info.shared_bytes = compiled.shared_bytes;
  const Operations operations = count_operations(m.graph);
  info.operations_per_token = operations.token;
  info.operations_per_prompt_token = operations.prompt_token;
  bool dense = false;
  bool decoded = false;
  for (const graph::Node& node : m.graph.nodes) {
    if (!std::holds_alternative<graph::Linear>(node.operation)) continue;
    const Matrix& matrix = *compiled.matrix_of(node);
    info.bytes_per_token += matrix.bytes();
    dense = dense || (!matrix.coded() && !matrix.decoded);
    decoded = decoded || matrix.decoded;
  }
  info.arena_bytes = static_cast<std::int64_t>(m.arena.size());
  for (const KvPool& pool : m.pages) info.kv_bytes += static_cast<std::int64_t>(pool.blocks.size());
  for (const SlotPool& pool : m.slots) info.slot_bytes += static_cast<std::int64_t>(pool.states.size());
  if (m.options.exact) info.notes.emplace_back("8-bit activations are off: the program was compiled to be exact.");
  if (dense) {
    info.notes.emplace_back("Some projections have unquantised weights and run in f32; quantised ones are faster.");
  }
  if (decoded) {
    info.notes.emplace_back("Weights whose levels are no multiples of one number were decoded to f32.");
  }
  if (kernels::target_name() == "AVX2" || kernels::target_name() == "SSE2") {
    info.notes.emplace_back("This processor has no AVX-512 VNNI: 8-bit dot products take three instructions.");
  }
  return info;
}

}  // namespace gerbil::cpu
