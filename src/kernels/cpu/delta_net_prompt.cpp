#include "kernels/cpu/delta_net.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/delta_net_prompt.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/delta_net-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

constexpr std::int64_t kChunk = delta_net_chunk;

// What a chunk works in. Rows of keys have `key_stride` floats, those of values `value_stride`, those of a pair of
// tokens kChunk.
struct Chunk {
  std::int64_t first = 0;  // row
  std::int64_t count = 0;
  std::int64_t key_stride = 0;
  std::int64_t value_stride = 0;
  float* queries = nullptr;          // [kChunk, key_dim]
  float* keys = nullptr;             // likewise
  float* keys_transposed = nullptr;  // [key_dim, kChunk]
  float* key_pairs = nullptr;        // k_i · k_j
  float* query_pairs = nullptr;      // q_i · k_j
  float* system = nullptr;           // both with the factors of a value head
  float* mixing = nullptr;
  float* updates = nullptr;  // [kChunk, value_dim]
  float* outputs = nullptr;
  float* state = nullptr;   // [key_dim, value_stride], where that of the slot has another stride
  float* decays = nullptr;  // [kChunk]
  float* betas = nullptr;
};

void prepare_keys(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                  std::int64_t key_head, const Chunk& c) {
  const std::int64_t begin = key_head * shape.key_dim;
  std::fill_n(c.keys_transposed, shape.key_dim * kChunk, 0.0f);
  for (std::int64_t i = 0; i < c.count; ++i) {
    float* key = c.keys + i * c.key_stride;
    prepare_key(shape, weights, rows, c.first + i, begin, query_length(shape), c.queries + i * c.key_stride);
    prepare_key(shape, weights, rows, c.first + i, begin + shape.keys(), 1.0f, key);
    for (std::int64_t k = 0; k < shape.key_dim; ++k) c.keys_transposed[k * kChunk + i] = key[k];
  }
  for (std::int64_t i = 0; i < c.count; i += kRowsAtOnce) {  // with no later tokens than their own
    const std::int64_t count = std::min(kRowsAtOnce, c.count - i);
    const auto pair = [&](const float* from, float* to) HWY_ATTR {
      multiply<false>(count, from + i * c.key_stride, c.key_stride, shape.key_dim, c.keys_transposed,
                      whole_vectors(i + count), kChunk, to + i * kChunk, kChunk);
    };
    pair(c.keys, c.key_pairs);
    pair(c.queries, c.query_pairs);
  }
}

// The products of pairs, weakened by what is forgotten between the two; 0 for pairs that do not follow each other.
HWY_INLINE void weaken_pairs(const Chunk& c) {
  const FloatTag d;
  for (std::int64_t i = 0; i < c.count; ++i) {
    const auto own = hn::Set(d, c.decays[i]);
    const auto last = hn::Set(d, static_cast<float>(i));
    const auto beta = hn::Set(d, -c.betas[i]);
    for (std::int64_t j = 0; j < c.count; j += kStep) {
      const auto at = hn::Iota(d, static_cast<float>(j));
      const auto factor = hn::Exp(d, hn::Min(hn::Sub(own, hn::LoadU(d, c.decays + j)), hn::Zero(d)));
      const auto system = hn::Mul(hn::Mul(beta, factor), hn::LoadU(d, c.key_pairs + i * kChunk + j));
      const auto mixing = hn::Mul(factor, hn::LoadU(d, c.query_pairs + i * kChunk + j));
      hn::StoreU(hn::IfThenElseZero(hn::Lt(at, last), system), d, c.system + i * kChunk + j);
      hn::StoreU(hn::IfThenElseZero(hn::Le(at, last), mixing), d, c.mixing + i * kChunk + j);
    }
  }
}

// updates += system · updates, from the first row to the last: four rows at once take what is known of those before.
HWY_INLINE void solve(const Chunk& c) {
  const std::int64_t stride = c.value_stride;
  for (std::int64_t first = 0; first < c.count; first += kRowsAtOnce) {
    const std::int64_t rows = std::min(kRowsAtOnce, c.count - first);
    multiply<true>(rows, c.system + first * kChunk, kChunk, first, c.updates, stride, stride,
                   c.updates + first * stride, stride);
    for (std::int64_t r = 1; r < rows; ++r) {
      multiply<true>(1, c.system + (first + r) * kChunk + first, kChunk, r, c.updates + first * stride, stride, stride,
                     c.updates + (first + r) * stride, stride);
    }
  }
}

void run_value_head(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                    std::int64_t head, const Chunk& c) {
  const std::int64_t value_dim = shape.value_dim;
  const std::int64_t stride = c.value_stride;
  float* own = state_of(shape, rows.slot, head);
  float* state = own;
  if (stride != value_dim) {
    state = c.state;
    for (std::int64_t k = 0; k < shape.key_dim; ++k) std::copy_n(own + k * value_dim, value_dim, state + k * stride);
  }
  float decayed = 0.0f;
  std::fill_n(c.decays, kChunk, 0.0f);
  for (std::int64_t i = 0; i < c.count; ++i) {
    const Gates gate = gates(shape, weights, rows.x + (c.first + i) * shape.columns(), head);
    decayed += gate.decay;
    c.decays[i] = decayed;
    c.betas[i] = gate.beta;
  }
  weaken_pairs(c);
  // The right-hand side: outputs holds what the state says of the key, then what it says of the query.
  multiply<false>(c.count, c.keys, c.key_stride, shape.key_dim, state, stride, stride, c.outputs, stride);
  const FloatTag d;
  for (std::int64_t i = 0; i < c.count; ++i) {
    float* update = c.updates + i * stride;
    convolve(shape, weights, rows, c.first + i, 2 * shape.keys() + head * value_dim, value_dim, update);
    const auto forgotten = hn::Set(d, std::exp(c.decays[i]));
    const auto beta = hn::Set(d, c.betas[i]);
    for (std::int64_t v = 0; v < stride; v += kStep) {
      const auto known = hn::LoadU(d, c.outputs + i * stride + v);
      hn::StoreU(hn::Mul(beta, hn::NegMulAdd(forgotten, known, hn::LoadU(d, update + v))), d, update + v);
    }
  }
  solve(c);
  multiply<false>(c.count, c.queries, c.key_stride, shape.key_dim, state, stride, stride, c.outputs, stride);
  for (std::int64_t i = 0; i < c.count; ++i) scale(c.outputs + i * stride, std::exp(c.decays[i]), stride);
  for (std::int64_t i = 0; i < c.count; i += kRowsAtOnce) {
    const std::int64_t count = std::min(kRowsAtOnce, c.count - i);
    multiply<true>(count, c.mixing + i * kChunk, kChunk, i + count, c.updates, stride, stride, c.outputs + i * stride,
                   stride);
  }
  for (std::int64_t i = 0; i < c.count; ++i) {
    norm_and_gate(shape, weights, rows, c.first + i, head, c.outputs + i * stride);
    scale(c.updates + i * stride, std::exp(decayed - c.decays[i]), stride);
  }
  scale(state, std::exp(decayed), shape.key_dim * stride);
  multiply<true>(shape.key_dim, c.keys_transposed, kChunk, c.count, c.updates, stride, stride, state, stride);
  if (state != own) {
    for (std::int64_t k = 0; k < shape.key_dim; ++k) std::copy_n(state + k * stride, value_dim, own + k * value_dim);
  }
}

void delta_net_prompt(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t key_head, float* scratch) {
  Chunk c;
  c.key_stride = whole_vectors(shape.key_dim);
  c.value_stride = whole_vectors(shape.value_dim);
  const auto take = [&](std::int64_t floats) {
    float* taken = scratch;
    scratch += floats;
    std::fill_n(taken, floats, 0.0f);
    return taken;
  };
  for (float** part : {&c.queries, &c.keys}) *part = take(kChunk * c.key_stride);
  c.keys_transposed = take(shape.key_dim * kChunk);
  for (float** part : {&c.key_pairs, &c.query_pairs, &c.system, &c.mixing}) *part = take(kChunk * kChunk);
  for (float** part : {&c.updates, &c.outputs}) *part = take(kChunk * c.value_stride);
  c.state = take(shape.key_dim * c.value_stride);
  for (float** part : {&c.decays, &c.betas}) *part = take(kChunk);
  const std::int64_t group = shape.value_heads / shape.key_heads;
  for (; c.first < rows.count; c.first += c.count) {
    c.count = std::min(rows.count - c.first, kChunk - (rows.position + c.first) % kChunk);
    prepare_keys(shape, weights, rows, key_head, c);
    for (std::int64_t head = key_head * group; head < (key_head + 1) * group; ++head) {
      run_value_head(shape, weights, rows, head, c);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(delta_net_prompt);

std::int64_t delta_net_scratch(const DeltaNetShape& shape) {
  const std::int64_t keys = (shape.key_dim + 15) / 16 * 16;
  const std::int64_t values = (shape.value_dim + 15) / 16 * 16;
  return delta_net_chunk * (3 * keys + 4 * delta_net_chunk + 2 * values + 2) + keys * values;
}

void delta_net_prompt(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t key_head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(delta_net_prompt)(shape, weights, rows, key_head, scratch);
}

}  // namespace gerbil::kernels
#endif
