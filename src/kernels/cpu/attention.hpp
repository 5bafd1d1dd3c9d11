// Softmax attention over the paged cache.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/kv_cache.hpp"

namespace gerbil::kernels {

// Queries of one sequence that read one KV head. Query i stands at positions[i], increasing; query heads share the KV
// head as consecutive columns of q.
struct AttentionTask {
  KvLayout layout;
  const std::byte* pool = nullptr;       // the blocks of the state
  const std::int32_t* blocks = nullptr;  // of the sequence: position p is in blocks[p / 32]
  std::int64_t kv_head = 0;
  std::int64_t heads = 0;  // query heads of this KV head
  std::int64_t queries = 0;
  const std::int32_t* positions = nullptr;  // [queries]
  const float* q = nullptr;                 // first query's first head of this KV head
  float* out = nullptr;                     // likewise
  std::int64_t stride = 0;                  // from a query to the next, in q and in out
  float scale = 1.0f;
  // Keys a query sees: the `window` up to its own, or those nearer than `window` on both sides; 0: all.
  std::int32_t window = 0;
  bool causal = true;
  std::int32_t length = 0;  // of the sequence, for queries that see what comes after them
};

// Keys of one step of the running softmax: a text of this length needs one step.
inline constexpr std::int64_t attention_stretch = 4 * kv_tokens;

// Keys of a part: those of a long text are summed part by part, each with a maximum of its own, and then joined in
// order, so that several threads can share the keys of a query (Dao et al. 2023, Flash-Decoding).
inline constexpr std::int64_t attention_part = 8 * attention_stretch;

// The parts whose keys the queries see, [first, end).
struct PartRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
};
PartRange parts_of(const AttentionTask& task);

// Floats that a call needs to work in, for up to `rows` = heads · queries, and those that they have come to after a
// part.
std::int64_t attention_scratch(const KvLayout& layout, std::int64_t rows);
std::int64_t attention_state(const KvLayout& layout, std::int64_t rows);

// Softmax with a running maximum over stretches of keys (Milakov and Gimelshein 2018). Stretches and parts begin at
// multiples of their lengths, so the result of a query depends on its sequence only, not on the queries beside it.
void attend(const AttentionTask& task, float* scratch);

// The same bit for bit in two steps: every part on its own, and then what they have come to, one state after the other
// in the order of the parts.
void attend_part(const AttentionTask& task, std::int64_t part, float* scratch, float* states);
void merge_parts(const AttentionTask& task, std::int64_t parts, float* states);

}  // namespace gerbil::kernels
