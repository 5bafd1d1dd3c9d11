// What Gated DeltaNet does with one row, for prompts and for decoded tokens; compiled once for each target.
#if defined(GERBIL_KERNELS_CPU_DELTA_NET_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GERBIL_KERNELS_CPU_DELTA_NET_INL_H_
#undef GERBIL_KERNELS_CPU_DELTA_NET_INL_H_
#else
#define GERBIL_KERNELS_CPU_DELTA_NET_INL_H_
#endif

#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>

#include "kernels/cpu/activation-inl.h"
#include "kernels/cpu/delta_net.hpp"
#include "kernels/cpu/multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {

constexpr std::int64_t whole_vectors(std::int64_t count) { return (count + 15) / 16 * 16; }

// function(begin, lanes) for each vector of `count` elements; the last may have fewer lanes.
template <typename Function>
HWY_INLINE void for_vectors(std::int64_t count, Function function) {
  for (std::int64_t i = 0; i < count; i += kStep) {
    function(i, std::min<std::size_t>(kLanes, static_cast<std::size_t>(count - i)));
  }
}

HWY_INLINE float dot(const float* a, const float* b, std::int64_t count) {
  const FloatTag d;
  auto sum = hn::Zero(d);
  for_vectors(count, [&](std::int64_t i, std::size_t lanes)
                         HWY_ATTR { sum = hn::MulAdd(hn::LoadN(d, a + i, lanes), hn::LoadN(d, b + i, lanes), sum); });
  return hn::ReduceSum(d, sum);
}

HWY_INLINE void scale(float* x, float factor, std::int64_t count) {
  const FloatTag d;
  const auto by = hn::Set(d, factor);
  for_vectors(count, [&](std::int64_t i, std::size_t lanes)
                         HWY_ATTR { hn::StoreN(hn::Mul(hn::LoadN(d, x + i, lanes), by), d, x + i, lanes); });
}

// A head has few columns of a row, and the next row is pages away, which no hardware foresees: half of the time went
// with waiting for it.
HWY_INLINE void fetch_ahead(const DeltaNetShape& shape, const DeltaNetRows& rows, std::int64_t row, std::int64_t begin,
                            std::int64_t count) {
  constexpr std::int64_t ahead = 8;
  if (row + ahead >= rows.count) return;
  const float* x = rows.x + (row + ahead) * shape.columns() + begin;
  for (std::int64_t i = 0; i < count; i += 16) hwy::Prefetch(x + i);
}

// silu of the convolution of `count` channels from `begin` on, for one row.
HWY_INLINE void convolve(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                         std::int64_t row, std::int64_t begin, std::int64_t count, float* out) {
  const FloatTag d;
  fetch_ahead(shape, rows, row, begin, count);
  const float* inputs[delta_net_taps];  // of each tap
  for (std::int64_t tap = 0; tap < shape.taps; ++tap) {
    const std::int64_t at = row + tap + 1 - shape.taps;
    inputs[tap] = begin + (at >= 0 ? rows.x + at * shape.columns()
                                   : rows.slot + (rows.position + at + shape.taps) % shape.taps * shape.channels());
  }
  const float* factors = weights.convolution + begin;
  for_vectors(count, [&](std::int64_t i, std::size_t lanes) HWY_ATTR {
    auto sum = hn::Zero(d);
    for (std::int64_t tap = 0; tap < shape.taps; ++tap) {
      const auto factor = hn::LoadN(d, factors + tap * shape.channels() + i, lanes);
      sum = hn::MulAdd(hn::LoadN(d, inputs[tap] + i, lanes), factor, sum);
    }
    hn::StoreN(silu(sum), d, out + i, lanes);
  });
}

// Of the query or, `keys()` channels further, the key of a head: convolved, and `length` long.
HWY_INLINE void prepare_key(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                            std::int64_t row, std::int64_t begin, float length, float* out) {
  convolve(shape, weights, rows, row, begin, shape.key_dim, out);
  scale(out, length / std::sqrt(dot(out, out, shape.key_dim) + 1e-6f), shape.key_dim);
}

HWY_INLINE float query_length(const DeltaNetShape& shape) {
  return 1.0f / std::sqrt(static_cast<float>(shape.key_dim));
}

// log α of a row and its β.
struct Gates {
  float decay;
  float beta;
};
HWY_INLINE Gates gates(const DeltaNetShape& shape, const DeltaNetWeights& weights, const float* x, std::int64_t head) {
  const float* b = x + shape.channels() + shape.values();
  const float time = b[shape.value_heads + head] + weights.time_bias[head];
  const float softplus = std::max(time, 0.0f) + std::log1p(std::exp(-std::abs(time)));
  return {-std::exp(weights.decay[head]) * softplus, 1.0f / (1.0f + std::exp(-b[head]))};
}

HWY_INLINE void norm_and_gate(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                              std::int64_t row, std::int64_t head, const float* x) {
  const FloatTag d;
  const std::int64_t begin = shape.channels() + head * shape.value_dim;
  fetch_ahead(shape, rows, row, begin, shape.value_dim);
  const float* z = rows.x + row * shape.columns() + begin;
  float* out = rows.out + row * shape.values() + head * shape.value_dim;
  const float mean = dot(x, x, shape.value_dim) / static_cast<float>(shape.value_dim);
  const auto factor = hn::Set(d, 1.0f / std::sqrt(mean + shape.epsilon));
  for_vectors(shape.value_dim, [&](std::int64_t i, std::size_t lanes) HWY_ATTR {
    const auto normed = hn::Mul(hn::Mul(hn::LoadN(d, x + i, lanes), factor), hn::LoadN(d, weights.norm + i, lanes));
    hn::StoreN(hn::Mul(normed, silu(hn::LoadN(d, z + i, lanes))), d, out + i, lanes);
  });
}

HWY_INLINE float* state_of(const DeltaNetShape& shape, float* slot, std::int64_t head) {
  return slot + shape.taps * shape.channels() + head * shape.key_dim * shape.value_dim;
}

}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#endif
