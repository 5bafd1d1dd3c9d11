#include "kernels/cpu/delta_net.hpp"

#include <algorithm>
#include <utility>

#include "backends/cpu/operations.hpp"

namespace gerbil::cpu {
namespace {

// [channels, taps] -> [taps, channels]
std::vector<float> transpose(const float* stored, std::int64_t channels, std::int64_t taps) {
  std::vector<float> result(static_cast<std::size_t>(channels * taps));
  for (std::int64_t i = 0; i < channels * taps; ++i) {
    result[static_cast<std::size_t>(i % taps * channels + i / taps)] = stored[i];
  }
  return result;
}

}  // namespace

Operation make_delta_net(Machine& machine, const graph::Node& node, const graph::DeltaNet& delta) {
  static_assert(graph::delta_net_chunk % kernels::delta_net_chunk == 0);
  static_assert(graph::most_delta_net_taps <= kernels::delta_net_taps);
  const kernels::DeltaNetShape shape{delta.key_heads, delta.value_heads, delta.key_dim,
                                     delta.value_dim, delta.taps,        delta.epsilon};
  reserve_scratch(machine, kernels::delta_net_scratch(shape));
  return [in = node.inputs[0], out = node.outputs[0], delta, shape,
          convolution = transpose(machine.vector(delta.convolution), shape.channels(), shape.taps)](Machine& m) {
    const kernels::DeltaNetWeights weights{convolution.data(), m.vector(delta.decay), m.vector(delta.time_bias),
                                           m.vector(delta.norm)};
    const SlotPool& slots = at(m.slots, delta.slot);
    const auto rows_of = [&](const QueryRun& sequence) {
      return kernels::DeltaNetRows{m.value(in) + sequence.first * shape.columns(),
                                   m.value(out) + sequence.first * shape.values(),
                                   sequence.count,
                                   m.batch->positions[static_cast<std::size_t>(sequence.first)],
                                   slots.state(sequence.view->slot),
                                   sequence.view->row_slots,
                                   slots.state(0)};
    };
    // A task is a value head of a decoded sequence, or a key head of a prompt with all value heads that share it, which
    // leaves nothing to do for the numbers above.
    const auto tasks = static_cast<std::size_t>(shape.value_heads);
    m.pool.run(m.sequences.size() * tasks, [&](std::size_t index, std::size_t thread) {
      const QueryRun& sequence = m.sequences[index / tasks];
      const auto head = static_cast<std::int64_t>(index % tasks);
      float* scratch = m.scratch[thread].data();
      if (sequence.view->phase == Phase::decode) {
        kernels::delta_net_decode(shape, weights, rows_of(sequence), head, scratch);
      } else if (head < shape.key_heads) {
        kernels::delta_net_prompt(shape, weights, rows_of(sequence), head, scratch);
      }
    });
    m.pool.run(m.sequences.size(), [&](std::size_t index, std::size_t) {
      kernels::delta_net_remember(shape, rows_of(m.sequences[index]));
    });
  };
}

}  // namespace gerbil::cpu
