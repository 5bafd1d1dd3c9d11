// A model as data: values, the nodes that compute them in order, and the weights, pages and tables they name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/ops.hpp"

namespace gerbil::graph {

enum class Rows { tokens, outputs };  // T rows, or one for each row whose logits are wanted

struct Value {
  std::string name;  // what computes it, for people: "layers.0.self_attn.q_proj"
  std::int32_t width = 0;
  Rows rows = Rows::tokens;
};

// Of every `period` rows, or elements of a vector, as the checkpoint has them, the `run` from `begin` on; all of them
// where period is 0. Queries and their gates, for example, are stored head by head in one matrix.
struct RowRuns {
  std::int64_t begin = 0;
  std::int64_t run = 0;
  std::int64_t period = 0;
  bool operator==(const RowRuns&) const = default;
  std::int64_t stored(std::int64_t rows) const { return period == 0 ? rows : rows / run * period; }
};

// A weight the graph needs. Its numbers come from the checkpoint when a backend compiles the graph.
struct WeightDeclaration {
  // Modules ("model.layers.0.self_attn.q_proj") for a matrix, tensors ("model.norm.weight") for a vector. Several parts
  // are stacked by rows (merge_projections); part_rows says how many rows, or elements of a vector, each has.
  std::vector<std::string> parts;
  std::vector<std::int64_t> part_rows;
  std::int64_t rows = 0;  // outputs; 1 for a vector
  std::int64_t columns = 0;
  bool vector = false;
  bool fine = false;  // quantisation while loading never gives it fewer than 8 bits (mark_fine_weights)
  bool host = false;  // a table that stays where the checkpoint has it, as it is stored there (HostEmbedding)
  // How the checkpoint has it, where that is another form than [rows, columns].
  bool transposed = false;         // [columns, rows]
  std::int32_t slices = 1;         // [slices, rows, columns / slices]: the slices are put side by side
  std::string row_map;             // an integer tensor: the stored row of each row
  bool flattened = false;          // a vector that is stored with more dimensions: the weights of a convolution
  std::vector<RowRuns> part_runs;  // of each part; empty: every part is stored with these rows alone
  std::vector<float> values;       // the numbers themselves, which no checkpoint has
  float add = 0.0f;                // to every element of a vector: Gemma's norms multiply by 1 + w

  bool operator==(const WeightDeclaration&) const = default;
  RowRuns runs(std::size_t part) const { return part_runs.empty() ? RowRuns() : part_runs[part]; }
};

// Keys and values of every token of every live sequence, as one layer writes them and it or others attend to them. The
// runtime owns the paging. A query at position p sees those in (p − window, p] when causal, in (p − window, p + window)
// otherwise; window 0: all of them.
struct Pages {
  std::int32_t kv_heads = 0;
  std::int32_t head_dim = 0;
  std::int32_t window = 0;
  bool causal = true;
  bool operator==(const Pages&) const = default;
};

// Pages whose queries look equally far back are written, kept and freed together, as a group.
struct PageGroups {
  std::vector<std::int32_t> windows;  // by group; 0: everything is kept
  std::vector<std::size_t> of;        // the group of each, by PagesId
};

// What a recurrent layer remembers of a sequence, in f32: zeros before its first token, and another with every token.
// The runtime gives each sequence a place in all of them.
struct Slot {
  std::int64_t elements = 0;
};

// Angles of a rotary embedding: position · inverse_frequencies[i], with cosine and sine multiplied by `scale`
// (transformers' attention_scaling). Sequences that will grow beyond original_context tokens use the long set when
// there is one (LongRoPE); which set a sequence uses is fixed when it starts, so that results do not depend on
// chunking.
struct RopeTable {
  std::vector<float> inverse_frequencies;  // rotary_dim / 2
  float scale = 1.0f;
  std::vector<float> long_inverse_frequencies;  // empty: no long set
  float long_scale = 1.0f;
  std::int32_t original_context = 0;
  std::int32_t rotary_dim() const { return 2 * static_cast<std::int32_t>(inverse_frequencies.size()); }
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<WeightDeclaration> weights;
  std::vector<Pages> pages;
  std::vector<Slot> slots;
  std::vector<RopeTable> ropes;
  ValueId output;                   // logits, or embeddings; Rows::outputs
  std::optional<ValueId> handed;    // what another graph takes as its Input; Rows::tokens
  std::int32_t context_length = 0;  // what the model was made for
  std::int32_t padding_token = -1;  // see Index::ordinal; -1: none
  std::int32_t step_multiple = 1;   // a prompt is cut only at multiples of it, counted from position 0

  bool leaves(ValueId id) const { return id == output || id == handed; }
  const Value& value(ValueId id) const { return at(values, id); }
  const WeightDeclaration& weight(WeightId id) const { return at(weights, id); }
  const RopeTable& rope(RopeId id) const { return at(ropes, id); }
};

// In the order of their windows: the group that keeps everything first, where there is one. Pages that are not causal
// belong to it whatever their window, as their texts are read at once. There is a group even where there are no pages.
PageGroups page_groups(const Graph& graph);

// Sets `fine` of the weights of a graph as a family emits it: tables of embeddings, the last projection, and in a text
// encoder (attention that is not causal) every projection but those of queries and of keys.
void mark_fine_weights(Graph& graph);

// Throws Error{internal} with a full sentence when the graph is not well formed: an index out of range, a value read
// before it is computed or computed twice, a shape that does not follow from the op, pages read before they are
// written.
void validate(const Graph& graph);

// One line a node: %name [T, width] = op(inputs) fields. Stable, so that tests compare it and people diff it.
std::string to_string(const Graph& graph);

// What runs each activation: values whose lifetimes do not overlap share memory. Offsets are in columns of one row;
// a backend multiplies by its rows. peak is the number of f32 columns a row of the arena needs. Logits are not planned:
// they are far wider than anything else and wanted for few rows, so a backend keeps them in a buffer of their own.
struct MemoryPlan {
  std::vector<std::int64_t> offsets;  // by ValueId; -1 for the graph's output and for values no node computes
  std::int64_t peak = 0;
};
MemoryPlan plan_memory(const Graph& graph);

}  // namespace gerbil::graph
