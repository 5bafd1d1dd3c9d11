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
    for (const ValueId input : graph.nodes[i].inputs) at(last_use, input) = i;
  }

  if (graph.handed) at(last_use, *graph.handed) = graph.nodes.size();

  MemoryPlan plan;
  plan.offsets.assign(graph.values.size(), -1);
  std::vector<Block> alive;  // sorted by offset
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    // A value whose last reader is this very node stays: no backend may assume that an op works in place.
    std::erase_if(alive, [&](const Block& block) { return block.last_use < i; });
    for (const ValueId output : graph.nodes[i].outputs) {
      if (output == graph.output) continue;
      const std::int64_t size = (graph.value(output).width + alignment - 1) / alignment * alignment;
      std::int64_t offset = 0;
      auto place = alive.begin();
      for (; place != alive.end() && place->offset - offset < size; ++place) offset = place->offset + place->size;
      at(plan.offsets, output) = offset;
      plan.peak = std::max(plan.peak, offset + size);
      alive.insert(place, {offset, size, std::max(at(last_use, output), i)});
    }
  }
  return plan;
}

}  // namespace gerbil::graph
