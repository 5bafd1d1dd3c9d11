// What a program costs, and what it does without.
#include <format>
#include <string>
#include <vector>

#include "backends/webgpu/compiled.hpp"

namespace gerbil::webgpu {
namespace {

std::vector<std::string> notes_of(const Machine& m, const Compiled& compiled) {
  const gpu::Capabilities& capabilities = m.device.capabilities();
  std::vector<std::string> notes;
  const Toolset& tools = m.tools;
  if (capabilities.software)
    notes.push_back(std::format("{} is a software adapter; the CPU backend is faster.", capabilities.name));
  if (m.options.exact)
    notes.emplace_back("Prompts are multiplied in f32: the program was compiled to be exact.");
  else if (!tools.f16)
    notes.emplace_back("Prompts are multiplied in f32: the adapter has no shader-f16.");
  if (tools.subgroup_size == 0)
    notes.emplace_back("Sums go through workgroup memory: the adapter has no subgroups of one known size.");
  if (tools.f16 && tools.matrix.m == 0)
    notes.emplace_back("Prompts are multiplied without subgroup matrices: the adapter offers no f16 shape that fits.");
  if (!m.options.pipelined)
    notes.emplace_back("A step is begun when the one before is finished: the program was compiled so.");
  else if (!compiled.host_rows.empty())
    notes.emplace_back(
        "A step is begun when the one before is finished: the model reads tables of embeddings on the CPU.");
  return notes;
}

}  // namespace

ProgramInfo describe(const Machine& m, const Compiled& compiled) {
  ProgramInfo info;
  const gpu::Capabilities& capabilities = m.device.capabilities();
  info.device = std::format("{}, WebGPU on {}", capabilities.name, capabilities.backend);
  for (const auto& vector : m.vectors)
    if (vector) info.weight_bytes += static_cast<std::int64_t>(vector->size());
  for (const auto& matrix : compiled.matrices) info.weight_bytes += matrix->bytes;
  bool decoded = false;
  bool flattened = false;
  for (std::size_t i = 0; i < compiled.operations.size(); ++i) {
    const graph::Node& node = m.graph.nodes[i];
    for (const Dispatch& dispatch : compiled.operations[i].dispatches)
      if ((dispatch.ways & one_row) != 0 && (dispatch.reaches & far_reach) != 0) ++info.dispatches_per_token;
    const Way batch = compiled.operations[i].stage == Stage::pass ? many_rows : few_rows;
    for (const Dispatch& dispatch : compiled.operations[i].dispatches)
      if ((dispatch.ways & batch) != 0 && (dispatch.reaches & far_reach) != 0) ++info.dispatches_per_batch;
    if (!std::holds_alternative<graph::Linear>(node.operation)) continue;
    const Matrix& matrix = *compiled.matrix_of(node);
    info.bytes_per_token += matrix.bytes;
    decoded = decoded || matrix.decoded;
    flattened = flattened || matrix.flattened;
  }
  ++info.dispatches_per_token;  // the choice of the token
  info.readbacks_per_token = 1;
  info.shared_bytes = compiled.shared_bytes;
  const Operations operations = count_operations(m.graph);
  info.operations_per_token = operations.token;
  info.operations_per_prompt_token = operations.prompt_token;
  info.arena_bytes = m.activation_bytes;
  for (const KvPool& pool : m.pages) info.kv_bytes += static_cast<std::int64_t>(pool.keys.size() + pool.values.size());
  for (const SlotPool& pool : m.slots) info.slot_bytes += static_cast<std::int64_t>(pool.states.size());
  info.pipelined = m.options.pipelined && !m.options.profiler && compiled.host_rows.empty();
  info.notes = notes_of(m, compiled);
  if (decoded) info.notes.emplace_back("Weights with groups or levels that no shader reads were decoded to f32.");
  if (flattened) info.notes.emplace_back("Scales of two levels were multiplied out.");
  return info;
}

}  // namespace gerbil::webgpu
