#include "backends/webgpu/machine.hpp"

#include <algorithm>
#include <cctype>
#include <format>
#include <limits>
#include <numeric>
#include <span>

#include "backends/rope_angles.hpp"
#include "gerbil/error.hpp"
#include "graph/names.hpp"

namespace gerbil::webgpu {
namespace {

// Rows that matrix-matrix kernels read at once; the buffer they read from is padded to whole tiles.
constexpr std::int64_t tile_tokens = 64;
// Workgroup memory of linear_matrix.wgsl: twice 64 × 40 inputs and weights in f16, and a matrix of sums in f32 for each
// of four subgroups.
std::uint32_t matrix_workgroup_bytes(const gpu::MatrixShape& shape) {
  return 2 * (64 * 40 + 64 * 40) * 2 + 4 * shape.m * shape.n * 4;
}

// Values whose lifetimes do not overlap share a buffer. Not an arena with offsets: WebGPU does not let a dispatch read
// one part of a buffer and write another.
class ValueBuffers {
 public:
  explicit ValueBuffers(Machine& m) : m_(m) {}

  void assign() {
    const graph::Graph& graph = m_.graph;
    std::vector<std::size_t> last_use(graph.values.size(), 0);
    for (std::size_t i = 0; i < m_.order.size(); ++i)
      for (const graph::ValueId input : graph.nodes[m_.order[i]].inputs) at(last_use, input) = i;
    at(last_use, graph.output) = never;  // stays until it is read
    if (graph.handed) at(last_use, *graph.handed) = never;
    m_.values.resize(graph.values.size());
    for (const graph::Node& node : graph.nodes)  // these are written before the first node runs
      if (std::holds_alternative<graph::HostEmbedding>(node.operation) ||
          std::holds_alternative<graph::Input>(node.operation))
        at(last_use, node.outputs[0]) = never;
    for (std::size_t i = 0; i < m_.order.size(); ++i)
      for (const graph::ValueId output : graph.nodes[m_.order[i]].outputs)
        at(m_.values, output) = reserve(output, i, std::max(i, at(last_use, output)));
  }

 private:
  // The last use of what has a buffer of its own.
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  struct Slot {
    gpu::Buffer buffer;
    graph::Rows rows;
    std::size_t busy_until;
  };

  // The smallest buffer that is free when the node in place `from` runs, or a new one; it is taken until the one in
  // place `until` has run. Wanted rows outlive a pass, so they never share with those of tokens.
  gpu::Buffer reserve(graph::ValueId id, std::size_t from, std::size_t until) {
    const graph::Value& value = m_.graph.value(id);
    const std::int64_t rows = value.rows == graph::Rows::tokens ? m_.options.max_tokens : m_.options.max_outputs;
    const auto bytes = static_cast<std::uint64_t>(value.width * rows) * sizeof(float);
    Slot* best = nullptr;
    for (Slot& slot : slots_) {
      const bool fits = slot.rows == value.rows && slot.busy_until < from && slot.buffer.size() >= bytes;
      if (fits && (best == nullptr || slot.buffer.size() < best->buffer.size())) best = &slot;
    }
    if (until == never) best = nullptr;
    if (best == nullptr) {
      best = &slots_.emplace_back(m_.device.buffer(bytes, "activations"), value.rows, 0);
      m_.activation_bytes += static_cast<std::int64_t>(best->buffer.size());
    }
    best->busy_until = until;
    return best->buffer;
  }

  Machine& m_;
  std::vector<Slot> slots_;
};

KvPool reserve_pages(Machine& m, const graph::Pages& pages, std::size_t group, std::int64_t blocks) {
  if (pages.head_dim % 4 != 0 || pages.head_dim > 512)
    throw Error(
        ErrorCode::unsupported,
        std::format("The model's heads have {} elements; on a GPU gerbil supports multiples of 4 up to 512. Use "
                    "the CPU.",
                    pages.head_dim));
  const std::uint64_t element = m.options.exact ? 4 : 2;
  KvPool pool{.pages = pages,
              .group = group,
              .page_bytes = static_cast<std::uint64_t>(pages.kv_heads * pages.head_dim * kv_block_tokens) * element};
  const std::uint64_t bytes = static_cast<std::uint64_t>(blocks) * pool.page_bytes;
  if (bytes > m.device.capabilities().max_binding_bytes)
    throw Error(ErrorCode::out_of_memory,
                std::format("Keys of {} tokens are {} bytes in a layer, but {} allows at most {} bytes in a binding. "
                            "Choose a smaller cache or a shorter context.",
                            blocks * kv_block_tokens, bytes, m.device.capabilities().name,
                            m.device.capabilities().max_binding_bytes));
  pool.keys = m.device.buffer(bytes, "keys");
  pool.values = m.device.buffer(bytes, "values");
  return pool;
}

SlotPool reserve_slots(Machine& m, const graph::Slot& slot) {
  const std::uint64_t slot_bytes = static_cast<std::uint64_t>(slot.elements) * sizeof(float);
  const std::uint64_t bytes = static_cast<std::uint64_t>(m.options.slots) * slot_bytes;
  if (bytes > m.device.capabilities().max_binding_bytes)
    throw Error(
        ErrorCode::out_of_memory,
        std::format("The states of {} sequences are {} bytes in a layer, but {} allows at most {} bytes in a "
                    "binding. Choose fewer sequences.",
                    m.options.slots, bytes, m.device.capabilities().name, m.device.capabilities().max_binding_bytes));
  return {m.device.buffer(bytes, "states"), slot_bytes};
}

gpu::Buffer write_angles(Machine& m, const graph::RopeTable& table) {
  const std::size_t half = table.inverse_frequencies.size();
  const std::size_t sets = table.long_inverse_frequencies.empty() ? 1 : 2;
  const auto positions = static_cast<std::size_t>(m.positions);
  const std::uint64_t bytes = std::uint64_t{sets} * positions * half * 2 * sizeof(float);
  if (bytes > m.device.capabilities().max_binding_bytes)
    throw Error(
        ErrorCode::out_of_memory,
        std::format("The angles of {} positions are {} bytes, but {} allows at most {} bytes in a binding. Choose a "
                    "shorter context.",
                    positions, bytes, m.device.capabilities().name, m.device.capabilities().max_binding_bytes));
  std::vector<float> pairs(bytes / sizeof(float));
  std::vector<float> cosine(half);
  std::vector<float> sine(half);
  for (std::size_t row = 0; row < sets * positions; ++row) {
    rope_angles(table, static_cast<std::int32_t>(row % positions), row >= positions, cosine.data(), sine.data());
    for (std::size_t i = 0; i < half; ++i) {
      pairs[(row * half + i) * 2] = cosine[i];
      pairs[(row * half + i) * 2 + 1] = sine[i];
    }
  }
  const gpu::Buffer buffer = m.device.buffer(pairs.size() * sizeof(float), "rope angles");
  m.device.write(buffer, 0, std::as_bytes(std::span(pairs)));
  return buffer;
}

}  // namespace

Stage stage_of(const graph::Graph& graph, const graph::Node& node) {
  const auto of_tokens = [&](graph::ValueId id) { return graph.value(id).rows == graph::Rows::tokens; };
  if (node.outputs.empty() || of_tokens(node.outputs[0])) return Stage::pass;
  return of_tokens(node.inputs[0]) ? Stage::gather : Stage::wanted;
}

Toolset choose_tools(const gpu::Capabilities& capabilities, const ProgramOptions& options) {
  const auto allowed = [&](Feature feature) {
    return std::ranges::find(options.without, feature) == options.without.end();
  };
  Toolset tools;
  if (allowed(Feature::subgroups)) tools.subgroup_size = capabilities.subgroup_size;
  tools.f16 = capabilities.shader_f16 && allowed(Feature::shader_f16) && !options.exact;
  if (tools.f16 && tools.subgroup_size != 0 && allowed(Feature::subgroup_matrix) &&
      capabilities.max_workgroup_bytes >= matrix_workgroup_bytes(capabilities.matrix) && tools.subgroup_size <= 64 &&
      capabilities.max_workgroup_threads >= 4 * capabilities.subgroup_size)
    tools.matrix = capabilities.matrix;
  return tools;
}

Machine::Machine(std::shared_ptr<GpuMemory> m, graph::Graph g, const ProgramOptions& o)
    : memory(std::move(m)),
      device(memory->backend->device),
      graph(std::move(g)),
      options(o),
      tools(choose_tools(device.capabilities(), o)) {
  const graph::PageGroups groups = graph::page_groups(graph);
  const auto blocks = block_counts(groups, options);
  const std::int64_t pages_of_all = (options.kv_tokens + kv_block_tokens - 1) / kv_block_tokens;
  positions = pages_of_all * kv_block_tokens;
  if (options.max_positions > 0) positions = std::min<std::int64_t>(positions, options.max_positions);
  order.resize(graph.nodes.size());
  std::ranges::iota(order, std::size_t{0});
  std::ranges::stable_partition(order,
                                [&](std::size_t node) { return stage_of(graph, graph.nodes[node]) != Stage::wanted; });
  ValueBuffers(*this).assign();
  vectors.resize(graph.weights.size());
  for (std::size_t id = 0; id < graph.pages.size(); ++id) {
    pages.push_back(reserve_pages(*this, graph.pages[id], groups.of[id], blocks[groups.of[id]]));
  }
  for (const graph::Slot& declared : graph.slots) slots.push_back(reserve_slots(*this, declared));
  for (const graph::RopeTable& table : graph.ropes) angles.push_back(write_angles(*this, table));
  const auto tables = static_cast<std::int64_t>(groups.windows.size()) * pages_of_all;
  const auto words = step_token_words * options.max_tokens + options.max_sequences * (tables + step_sequence_words);
  step = device.buffer(static_cast<std::uint64_t>(words) * 4, "step");
  chosen = device.buffer(static_cast<std::uint64_t>(options.max_outputs) * 4, "chosen tokens");
  selected = device.buffer(static_cast<std::uint64_t>(options.max_outputs) * 8, "selected rows");
  std::int64_t inputs = 0;
  for (const graph::Node& node : graph.nodes)
    if (std::holds_alternative<graph::Linear>(node.operation)) inputs = std::max(inputs, width(node.inputs[0]));
  const std::int64_t rows = (options.max_tokens + tile_tokens - 1) / tile_tokens * tile_tokens;
  prepared = device.buffer(static_cast<std::uint64_t>(rows * ((inputs + 31) / 32 * 32) * (tools.f16 ? 2 : 4)),
                           "inputs of a product");
  factors = device.buffer(static_cast<std::uint64_t>(rows) * 4, "factors of a product");
  reserve_delta_net(*this);
}

std::int64_t Machine::row_threads() const {
  const std::int64_t most = std::min<std::int64_t>(device.capabilities().max_workgroup_threads, 1024);
  return std::clamp<std::int64_t>(32 * tools.subgroup_size, 256, most);
}

gpu::Kernel Machine::kernel(std::string_view file, Constants constants, std::int64_t threads) {
  constants["WG"] = threads;
  if (tools.subgroup_size != 0) {
    constants["SUBGROUPS"] = std::int64_t{1};
    constants["SUBGROUP"] = tools.subgroup_size;
  }
  return device.kernel(std::string(file), kernel_source(file, constants));
}

std::string constant_name(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

}  // namespace gerbil::webgpu
