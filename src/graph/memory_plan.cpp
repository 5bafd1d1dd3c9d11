#include <algorithm>
#include <vector>

#include "graph/graph.hpp"

namespace gerbil::graph {
namespace {

// Offsets are multiples of this many columns, so that rows stay aligned to a cache line of f32.
constexpr std::int64_t alignment = 16;

struct Block {
  std::int64_t offset;
  std::int64_t size;
  std::size_t last_use;  // index of the last node that reads it
};

}  // namespace

// First fit by order of computation: a chain of layers has few values alive at once, so nothing cleverer pays.
MemoryPlan plan_memory(const Graph& graph) {
  std::vector<std::size_t> last_use(graph.values.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId input : graph.nodes[i].inputs) last_use[static_cast<std::size_t>(input)] = i;
  }

  MemoryPlan plan;
  plan.offsets.assign(graph.values.size(), none);
  std::vector<Block> alive;  // sorted by offset
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValueId output = graph.nodes[i].output;
    if (output == none || output == graph.output) continue;
    // A value whose last reader is this very node stays: no backend may assume that an op works in place.
    std::erase_if(alive, [&](const Block& block) { return block.last_use < i; });
    const std::int64_t size = (graph.value(output).width + alignment - 1) / alignment * alignment;
    std::int64_t offset = 0;
    auto place = alive.begin();
    for (; place != alive.end() && place->offset - offset < size; ++place) offset = place->offset + place->size;
    plan.offsets[static_cast<std::size_t>(output)] = offset;
    plan.peak = std::max(plan.peak, offset + size);
    alive.insert(place, {offset, size, std::max(last_use[static_cast<std::size_t>(output)], i)});
  }
  return plan;
}

}  // namespace gerbil::graph
