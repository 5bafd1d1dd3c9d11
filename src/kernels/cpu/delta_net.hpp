// Gated DeltaNet between its projections; graph::DeltaNet says what it computes.
#pragma once

#include <cstdint>
#include <span>

namespace gerbil::kernels {

struct DeltaNetShape {
  std::int64_t key_heads = 0;
  std::int64_t value_heads = 0;
  std::int64_t key_dim = 0;
  std::int64_t value_dim = 0;
  std::int64_t taps = 0;
  float epsilon = 0.0f;

  std::int64_t keys() const { return key_heads * key_dim; }
  std::int64_t values() const { return value_heads * value_dim; }
  std::int64_t channels() const { return 2 * keys() + values(); }
  std::int64_t columns() const { return channels() + values() + 2 * value_heads; }
  std::int64_t slot() const { return taps * channels() + values() * key_dim; }
};

struct DeltaNetWeights {
  const float* convolution = nullptr;  // [taps, channels], the oldest token's factors first
  const float* decay = nullptr;        // [value_heads]
  const float* time_bias = nullptr;    // [value_heads]
  const float* norm = nullptr;         // [value_dim]
};

// The tokens that a sequence has in the step.
struct DeltaNetRows {
  const float* x = nullptr;  // [count, columns]
  float* out = nullptr;      // [count, values]
  std::int64_t count = 0;
  std::int64_t position = 0;  // of the first
  float* slot = nullptr;      // rows of the convolution, then the states
  // Of decoded rows: the number among `slots` of that to which the state after each goes, for the first `slot`; empty:
  // all to `slot`.
  std::span<const std::int32_t> row_slots = {};
  float* slots = nullptr;
};

// Chunks of a prompt begin at multiples of it, counted from position 0. The products of pairs grow with it, and reading
// and writing the state with its inverse: on a Zen 5 chunks of 32 took 8 % less time than of 64, and 4 % less than
// of 16.
inline constexpr std::int64_t delta_net_chunk = 32;
// The most taps of a convolution.
inline constexpr std::int64_t delta_net_taps = 64;

// The slot with the state after a row.
inline float* slot_after(const DeltaNetShape& shape, const DeltaNetRows& rows, std::int64_t row) {
  if (rows.row_slots.empty()) return rows.slot;
  return rows.slots + rows.row_slots[static_cast<std::size_t>(row)] * shape.slot();
}

// Floats that both work in.
std::int64_t delta_net_scratch(const DeltaNetShape& shape);

// All rows for the value heads of one key head, a chunk of the sequence at once. In a chunk that begins with state S,
// with Γ_i the product of α up to token i, the updates u_i = β_i (v_i − α_i S_{i−1}ᵀ k_i) solve the triangular system
//   u_i + Σ_{j<i} β_i Γ_i / Γ_j (k_i · k_j) u_j = β_i (v_i − Γ_i Sᵀ k_i),
// and then o_i = Γ_i Sᵀ q_i + Σ_{j≤i} Γ_i / Γ_j (q_i · k_j) u_j: products of matrices, all but the solution (Yang et
// al. 2024, Parallelizing Linear Transformers with the Delta Rule over Sequence Length).
void delta_net_prompt(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t key_head, float* scratch);

// All rows for one value head, token by token.
void delta_net_decode(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t value_head, float* scratch);

// Puts the inputs of the convolution where the next step finds them, once all heads are done.
void delta_net_remember(const DeltaNetShape& shape, const DeltaNetRows& rows);

}  // namespace gerbil::kernels
