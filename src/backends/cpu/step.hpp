// What the operations of a compiled graph work on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "backends/cpu/memory.hpp"
#include "backends/program.hpp"
#include "graph/graph.hpp"
#include "kernels/cpu/kv_cache.hpp"

namespace gerbil::cpu {

// Consecutive queries of one sequence; those of `runs` are few enough for one attention task.
struct QueryRun {
  std::int32_t first = 0;  // row of the batch
  std::int32_t count = 0;
  const SequenceView* view = nullptr;
};
inline constexpr std::int32_t queries_per_run = 32;

// A part of the keys that a run of queries sees, for one KV head.
struct AttentionItem {
  std::size_t task = 0;
  std::int64_t part = 0;
  std::size_t state = 0;  // where what it comes to begins
};

// The memory of pages.
struct KvPool {
  std::size_t group = 0;  // of pages
  kernels::KvLayout layout;
  kernels::Buffer blocks;
  std::byte* block(std::int32_t index) const {
    return blocks.data() + static_cast<std::size_t>(index) * layout.block_bytes();
  }
};

// The memory of a recurrent layer's state.
struct SlotPool {
  std::int64_t elements = 0;
  kernels::Buffer states;
  float* state(std::int32_t slot) const { return states.as<float>() + slot * elements; }
};

// Cosines and sines of the batch's positions for one rope.
struct Angles {
  std::int64_t half = 0;
  std::vector<float> cosine;  // [max_tokens, half]
  std::vector<float> sine;
};

// What a program owns or shares, and the batch that runs. Operations keep a reference to it.
struct Machine {
  Machine(std::shared_ptr<CpuMemory> m, graph::Graph g, const ProgramOptions& o)
      : memory(std::move(m)), pool(memory->backend->pool), graph(std::move(g)), options(o) {}

  std::shared_ptr<CpuMemory> memory;
  ThreadPool& pool;
  graph::Graph graph;
  ProgramOptions options;
  std::vector<SharedWeights<std::vector<float>>::Handle> vectors;  // by WeightId; none for matrices
  std::vector<formats::Weight> tables;  // by WeightId; those that stay on the host, and with them their files
  std::vector<KvPool> pages;            // by PagesId
  std::vector<SlotPool> slots;          // by SlotId

  graph::MemoryPlan plan;
  kernels::Buffer arena;
  kernels::Buffer logits;      // [outputs, vocabulary]; the plan leaves the graph's output to the backend
  std::vector<Angles> angles;  // by RopeId
  // Activations as a projection reads them; filled by one projection and read by those that share its input.
  kernels::Buffer codes;                    // [max_tokens, packed columns]
  kernels::Buffer floats;                   // [max_tokens, packed columns]
  kernels::Buffer factors;                  // [max_tokens, groups]
  std::vector<std::vector<float>> scratch;  // one for each thread

  std::vector<AttentionItem> attention_items;  // of the attention in hand, when its keys are shared out
  std::vector<float> attention_states;         // of those

  // The batch.
  const Batch* batch = nullptr;
  std::int64_t tokens = 0;
  std::int64_t outputs = 0;
  std::vector<QueryRun> runs;
  std::vector<QueryRun> sequences;  // all queries of each

  std::int64_t rows(graph::ValueId id) const { return graph.value(id).rows == graph::Rows::tokens ? tokens : outputs; }
  float* value(graph::ValueId id) const {
    if (id == graph.output) return logits.as<float>();
    return arena.as<float>() + at(plan.offsets, id) * tokens;
  }
  std::int64_t width(graph::ValueId id) const { return graph.value(id).width; }
  const float* vector(graph::WeightId id) const { return at(vectors, id)->data(); }
  const float* vector(std::optional<graph::WeightId> id) const { return id ? vector(*id) : nullptr; }
};

// Runs one node for the batch of the machine.
using Operation = std::function<void(Machine&)>;

}  // namespace gerbil::cpu
