#include <format>

#include "backends/webgpu/operations.hpp"
#include "gerbil/error.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::int64_t largest_head = 256;

void check_heads(const graph::DeltaNet& delta) {
  for (const std::int32_t dim : {delta.key_dim, delta.value_dim}) {
    if (dim % 4 == 0 && dim <= largest_head) continue;
    throw Error(ErrorCode::unsupported,
                std::format("The model's linear attention has heads of {} elements; on a GPU gerbil supports multiples "
                            "of 4 up to {}. Use the CPU.",
                            dim, largest_head));
  }
}

}  // namespace

void reserve_delta_net(Machine& m) {
  std::uint64_t channels = 0, heads = 0, solved = 0;  // floats of a row, the most of all layers
  for (const graph::Node& node : m.graph.nodes) {
    const auto* delta = std::get_if<graph::DeltaNet>(&node.operation);
    if (delta == nullptr) continue;
    check_heads(*delta);
    const auto value_heads = static_cast<std::uint64_t>(delta->value_heads);
    channels = std::max(channels, static_cast<std::uint64_t>(delta->channels()));
    heads = std::max(heads, value_heads);
    solved = std::max(solved, value_heads * static_cast<std::uint64_t>(delta->key_dim + delta->value_dim));
  }
  if (heads == 0) return;
  const auto bytes = static_cast<std::uint64_t>(m.options.max_tokens) * sizeof(float);
  m.delta_net = {m.device.buffer(bytes * channels, "convolved"), m.device.buffer(bytes * heads * 2, "gates"),
                 m.device.buffer(bytes * solved, "solved"),
                 m.device.buffer(bytes * heads * graph::delta_net_chunk, "mixing")};
  for (const gpu::Buffer& buffer : {m.delta_net.mixed, m.delta_net.gates, m.delta_net.solved, m.delta_net.mixing})
    m.activation_bytes += static_cast<std::int64_t>(buffer.size());
}

Operation make_delta_net(Machine& m, const graph::Node& node, const graph::DeltaNet& delta) {
  // The columns of the state that a workgroup takes from chunk to chunk, in fours: few, so that there are workgroups
  // enough, and few enough for 16 KiB.
  const std::int64_t quads = delta.key_dim > 128 ? 2 : 4;
  const Constants constants{{"KEY_HEADS", std::int64_t{delta.key_heads}},
                            {"VALUE_HEADS", std::int64_t{delta.value_heads}},
                            {"KEY_DIM", std::int64_t{delta.key_dim}},
                            {"VALUE_DIM", std::int64_t{delta.value_dim}},
                            {"TAPS", std::int64_t{delta.taps}},
                            {"EPSILON", delta.epsilon},
                            {"QUADS", quads},
                            {"FOUR", std::int64_t{4}},
                            {"EIGHT", std::int64_t{8}}};
  const gpu::Buffer& x = m.value(node.inputs[0]);
  const gpu::Buffer& y = m.value(node.outputs[0]);
  const gpu::Buffer& states = at(m.slots, delta.slot).states;
  const auto& [mixed, gates, solved, mixing] = m.delta_net;
  const std::vector<gpu::Binding> weights{
      {2, m.vector(delta.convolution)}, {3, m.vector(delta.decay)}, {4, m.vector(delta.time_bias)}};
  Operation operation{.work = 6 * delta.values() * delta.key_dim};
  const auto add = [&](std::string_view file, std::int64_t threads, std::vector<gpu::Binding> bindings,
                       std::int64_t groups, std::int64_t rows, unsigned ways) {
    operation.dispatches.push_back({.kernel = m.kernel(file, constants, threads),
                                    .bindings = std::move(bindings),
                                    .groups = groups,
                                    .rows_per_group = rows,
                                    .ways = ways});
  };
  const auto with_weights = [&](std::vector<gpu::Binding> bindings) {
    bindings.insert(bindings.end(), weights.begin(), weights.end());
    return bindings;
  };
  add("delta_net_decode", 256, with_weights({{0, m.step}, {1, x}, {5, m.vector(delta.norm)}, {6, states}, {7, y}}),
      delta.value_heads, 1, decoded_rows);
  add("delta_net_convolve", 64, with_weights({{0, m.step}, {1, x}, {5, states}, {6, mixed}, {7, gates}}),
      2 * delta.key_heads + delta.value_heads, 1, many_rows);
  add("delta_net_remember", 64, {{0, m.step}, {1, x}, {5, states}}, (delta.channels() + 63) / 64, 1, many_rows);
  add("delta_net_chunk", 256, {{0, m.step}, {1, mixed}, {2, gates}, {3, solved}, {4, mixing}}, delta.value_heads,
      graph::delta_net_chunk, many_rows);
  const std::int64_t blocks = (delta.value_dim / 4 + quads - 1) / quads;
  add("delta_net_scan", 64 * quads,
      {{0, m.step}, {1, mixed}, {2, gates}, {3, solved}, {4, mixing}, {5, states}, {7, y}}, delta.value_heads * blocks,
      graph::delta_net_chunk, many_rows);
  add("delta_net_output", 64, {{1, x}, {5, m.vector(delta.norm)}, {7, y}}, delta.value_heads, 1, many_rows);
  return operation;
}

}  // namespace gerbil::webgpu
