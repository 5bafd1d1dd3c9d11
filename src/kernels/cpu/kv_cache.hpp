// The layout of cached keys and values. A block holds 32 tokens of one state:
//   for each KV head: keys [head_dim][32 tokens], then values [32 tokens][value_stride]
// so that a vector holds the keys of consecutive tokens for one dimension, and no score needs a sum across lanes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gerbil::kernels {

inline constexpr std::int64_t kv_tokens = 32;

struct KvLayout {
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  bool exact = false;  // f32 instead of f16

  std::int64_t value_stride() const { return (head_dim + 15) / 16 * 16; }  // a whole number of vectors
  std::int64_t head_elements() const { return kv_tokens * (head_dim + value_stride()); }
  std::size_t block_bytes() const { return static_cast<std::size_t>(kv_heads * head_elements()) * (exact ? 4u : 2u); }
};

// Stores keys and values [kv_heads, head_dim] of one token in `slot` of the block at `block`. Values beyond the range
// of f16 are stored as the largest of it.
void kv_store(const KvLayout& layout, std::byte* block, std::int64_t slot, const float* keys, const float* values);

}  // namespace gerbil::kernels
