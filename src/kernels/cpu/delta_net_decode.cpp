#include "kernels/cpu/delta_net.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/delta_net_decode.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/delta_net-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

// Sᵀ k and Sᵀ q of `vectors` vectors of columns; then S = α S + k δᵀ. o = α Sᵀ q + (k · q) δ needs no third reading.
template <int vectors>
HWY_INLINE void step_columns(const float* query, const float* key, float match, float forgotten, float beta,
                             const float* value, std::int64_t key_dim, std::int64_t stride, std::size_t lanes,
                             const float* state, float* next, float* out) {
  const FloatTag d;
  FloatVector known[vectors], asked[vectors];
  HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) known[v] = asked[v] = hn::Zero(d);
  for (std::int64_t k = 0; k < key_dim; ++k) {
    const auto a = hn::Set(d, key[k]);
    const auto b = hn::Set(d, query[k]);
    HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) {
      const auto s = hn::LoadN(d, state + k * stride + v * kStep, lanes);
      known[v] = hn::MulAdd(a, s, known[v]);
      asked[v] = hn::MulAdd(b, s, asked[v]);
    }
  }
  const auto alpha = hn::Set(d, forgotten);
  HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) {
    const auto wanted = hn::LoadN(d, value + v * kStep, lanes);
    known[v] = hn::Mul(hn::Set(d, beta), hn::NegMulAdd(alpha, known[v], wanted));  // δ
    hn::StoreN(hn::MulAdd(alpha, asked[v], hn::Mul(hn::Set(d, match), known[v])), d, out + v * kStep, lanes);
  }
  for (std::int64_t k = 0; k < key_dim; ++k) {
    const auto a = hn::Set(d, key[k]);
    HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) {
      const std::int64_t at = k * stride + v * kStep;
      hn::StoreN(hn::MulAdd(a, known[v], hn::Mul(alpha, hn::LoadN(d, state + at, lanes))), d, next + at, lanes);
    }
  }
}

void delta_net_decode(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t head, float* scratch) {
  const std::int64_t begin = head / (shape.value_heads / shape.key_heads) * shape.key_dim;
  const std::int64_t value_dim = shape.value_dim;
  float* query = scratch;
  float* key = query + whole_vectors(shape.key_dim);
  float* value = key + whole_vectors(shape.key_dim);
  float* out = value + whole_vectors(value_dim);
  const float* state = state_of(shape, rows.slot, head);
  for (std::int64_t row = 0; row < rows.count; ++row) {
    const float* x = rows.x + row * shape.columns();
    float* next = state_of(shape, slot_after(shape, rows, row), head);
    prepare_key(shape, weights, rows, row, begin, query_length(shape), query);
    prepare_key(shape, weights, rows, row, begin + shape.keys(), 1.0f, key);
    convolve(shape, weights, rows, row, 2 * shape.keys() + head * value_dim, value_dim, value);
    const Gates gate = gates(shape, weights, x, head);
    const float match = dot(query, key, shape.key_dim);
    const float forgotten = std::exp(gate.decay);
    std::int64_t v = 0;
    for (; v + 4 * kStep <= value_dim; v += 4 * kStep) {
      step_columns<4>(query, key, match, forgotten, gate.beta, value + v, shape.key_dim, value_dim, kLanes, state + v,
                      next + v, out + v);
    }
    for (; v < value_dim; v += kStep) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(value_dim - v));
      step_columns<1>(query, key, match, forgotten, gate.beta, value + v, shape.key_dim, value_dim, lanes, state + v,
                      next + v, out + v);
    }
    norm_and_gate(shape, weights, rows, row, head, out);
    state = next;
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(delta_net_decode);

void delta_net_decode(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t value_head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(delta_net_decode)(shape, weights, rows, value_head, scratch);
}

void delta_net_remember(const DeltaNetShape& shape, const DeltaNetRows& rows) {
  const auto place = [&](std::int64_t row) {
    return (rows.position + row + shape.taps) % shape.taps * shape.channels();
  };
  const auto input = [&](std::int64_t row) {
    return row < 0 ? rows.slot + place(row) : rows.x + row * shape.columns();
  };
  const std::int64_t kept = rows.row_slots.empty() ? rows.count : 1;
  for (std::int64_t row = std::max<std::int64_t>(0, kept - shape.taps); row < kept; ++row)
    std::copy_n(input(row), shape.channels(), rows.slot + place(row));
  // The slots of guesses have nothing of what was before.
  for (std::int64_t row = kept; row < rows.count; ++row)
    for (std::int64_t earlier = row; earlier > row + 1 - shape.taps; --earlier)
      std::copy_n(input(earlier), shape.channels(), slot_after(shape, rows, row) + place(earlier));
}

}  // namespace gerbil::kernels
#endif
