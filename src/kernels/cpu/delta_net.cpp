#include "kernels/cpu/delta_net.hpp"

#include <algorithm>
#include <cmath>

#include <hwy/cache_control.h>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/delta_net.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/activation-inl.h"
#include "kernels/cpu/multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

constexpr std::int64_t kChunk = delta_net_chunk;

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
void convolve(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows, std::int64_t row,
              std::int64_t begin, std::int64_t count, float* out) {
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
void prepare_key(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows, std::int64_t row,
                 std::int64_t begin, float length, float* out) {
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
Gates gates(const DeltaNetShape& shape, const DeltaNetWeights& weights, const float* x, std::int64_t head) {
  const float* b = x + shape.channels() + shape.values();
  const float time = b[shape.value_heads + head] + weights.time_bias[head];
  const float softplus = std::max(time, 0.0f) + std::log1p(std::exp(-std::abs(time)));
  return {-std::exp(weights.decay[head]) * softplus, 1.0f / (1.0f + std::exp(-b[head]))};
}

void norm_and_gate(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
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

HWY_INLINE float* state_of(const DeltaNetShape& shape, const DeltaNetRows& rows, std::int64_t head) {
  return rows.slot + shape.taps * shape.channels() + head * shape.key_dim * shape.value_dim;
}

// What a chunk works in. Rows of keys have `key_stride` floats, those of values `value_stride`, those of a pair of
// tokens kChunk.
struct Chunk {
  std::int64_t first = 0;  // row
  std::int64_t count = 0;
  std::int64_t key_stride = 0;
  std::int64_t value_stride = 0;
  float *queries, *keys, *keys_transposed;  // [kChunk, key_dim] twice, [key_dim, kChunk]
  float *key_pairs, *query_pairs;           // k_i · k_j and q_i · k_j
  float *system, *mixing;                   // the same with the factors of a value head
  float *updates, *outputs;                 // [kChunk, value_dim]
  float* state;                             // [key_dim, value_stride], where that of the slot has another stride
  float *decays, *betas;                    // [kChunk]
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
  float* own = state_of(shape, rows, head);
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

// Sᵀ k and Sᵀ q of `vectors` vectors of columns; then S = α S + k δᵀ. o = α Sᵀ q + (k · q) δ needs no third reading.
template <int vectors>
HWY_INLINE void step_columns(const float* query, const float* key, float match, float forgotten, float beta,
                             const float* value, std::int64_t key_dim, std::int64_t stride, std::size_t lanes,
                             float* state, float* out) {
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
      float* at = state + k * stride + v * kStep;
      hn::StoreN(hn::MulAdd(a, known[v], hn::Mul(alpha, hn::LoadN(d, at, lanes))), d, at, lanes);
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
  float* state = state_of(shape, rows, head);
  for (std::int64_t row = 0; row < rows.count; ++row) {
    const float* x = rows.x + row * shape.columns();
    prepare_key(shape, weights, rows, row, begin, query_length(shape), query);
    prepare_key(shape, weights, rows, row, begin + shape.keys(), 1.0f, key);
    convolve(shape, weights, rows, row, 2 * shape.keys() + head * value_dim, value_dim, value);
    const Gates gate = gates(shape, weights, x, head);
    const float match = dot(query, key, shape.key_dim);
    const float forgotten = std::exp(gate.decay);
    std::int64_t v = 0;
    for (; v + 4 * kStep <= value_dim; v += 4 * kStep) {
      step_columns<4>(query, key, match, forgotten, gate.beta, value + v, shape.key_dim, value_dim, kLanes, state + v,
                      out + v);
    }
    for (; v < value_dim; v += kStep) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(value_dim - v));
      step_columns<1>(query, key, match, forgotten, gate.beta, value + v, shape.key_dim, value_dim, lanes, state + v,
                      out + v);
    }
    norm_and_gate(shape, weights, rows, row, head, out);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(delta_net_prompt);
HWY_EXPORT(delta_net_decode);

std::int64_t delta_net_scratch(const DeltaNetShape& shape) {
  const std::int64_t keys = (shape.key_dim + 15) / 16 * 16;
  const std::int64_t values = (shape.value_dim + 15) / 16 * 16;
  return delta_net_chunk * (3 * keys + 4 * delta_net_chunk + 2 * values + 2) + keys * values;
}

void delta_net_prompt(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t key_head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(delta_net_prompt)(shape, weights, rows, key_head, scratch);
}

void delta_net_decode(const DeltaNetShape& shape, const DeltaNetWeights& weights, const DeltaNetRows& rows,
                      std::int64_t value_head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(delta_net_decode)(shape, weights, rows, value_head, scratch);
}

void delta_net_remember(const DeltaNetShape& shape, const DeltaNetRows& rows) {
  for (std::int64_t row = std::max<std::int64_t>(0, rows.count - shape.taps); row < rows.count; ++row) {
    const std::int64_t place = (rows.position + row) % shape.taps;
    std::copy_n(rows.x + row * shape.columns(), shape.channels(), rows.slot + place * shape.channels());
  }
}

}  // namespace gerbil::kernels
#endif
