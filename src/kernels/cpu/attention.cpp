#include "kernels/cpu/attention.hpp"

#include <algorithm>
#include <limits>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "kernels/cpu/multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

// Keys whose scores are made before their maximum is taken. A stretch begins at a multiple of its length.
constexpr std::int64_t kStretch = attention_stretch;
constexpr std::int64_t kStretchBlocks = kStretch / kv_tokens;

// What one call of attend() works in; rows are pairs of query and head, the heads of a query together.
struct Rows {
  std::int64_t count;
  float* q;        // [count, head_dim], scaled
  float* sums;     // [count, value_stride]
  float* scores;   // [count, kStretch]
  float* maximum;  // [count]
  float* total;    // [count]
  float* keys;     // [head_dim, 32], a block as f32
  float* values;   // [32, value_stride]
};

// Scores of row r over the keys [begin, end) of a stretch become probabilities relative to the running maximum; keys
// outside [first, last] get none. Returns nothing but updates maximum, total and sums of the row.
HWY_INLINE void soften(const Rows& rows, std::int64_t r, std::int64_t begin, std::int64_t end, std::int64_t first,
                       std::int64_t last, std::int64_t width) {
  const FloatTag d;
  float* scores = rows.scores + r * kStretch;
  const auto excluded = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto largest = hn::Set(d, rows.maximum[r]);
  for (std::int64_t i = begin; i < end; i += kStep) {
    const auto key = hn::Iota(d, static_cast<float>(i));
    const auto inside =
        hn::And(hn::Ge(key, hn::Set(d, static_cast<float>(first))), hn::Le(key, hn::Set(d, static_cast<float>(last))));
    const auto masked = hn::IfThenElse(inside, hn::LoadU(d, scores + i), excluded);
    hn::StoreU(masked, d, scores + i);
    largest = hn::Max(largest, masked);
  }
  const float maximum = hn::ReduceMax(d, largest);
  const auto shift = hn::Set(d, maximum);
  auto total = hn::Zero(d);
  for (std::int64_t i = begin; i < end; i += kStep) {
    const auto score = hn::LoadU(d, scores + i);
    const auto p = hn::IfThenElseZero(hn::Gt(score, excluded), hn::Exp(d, hn::Sub(score, shift)));
    hn::StoreU(p, d, scores + i);
    total = hn::Add(total, p);
  }
  const float sum = hn::ReduceSum(d, total);
  if (maximum > rows.maximum[r]) {
    if (rows.total[r] > 0.0f) {  // not in the first stretch of a row, where everything is zero
      const auto factor = hn::Exp(d, hn::Set(d, rows.maximum[r] - maximum));
      float* sums = rows.sums + r * width;
      for (std::int64_t i = 0; i < width; i += kStep) hn::StoreU(hn::Mul(hn::LoadU(d, sums + i), factor), d, sums + i);
      rows.total[r] *= hn::GetLane(factor);
    }
    rows.maximum[r] = maximum;
  }
  rows.total[r] += sum;
}

template <typename Stored>
void attend_rows(const AttentionTask& task, const Rows& rows) {
  const FloatTag d;
  const std::int64_t head_dim = task.layout.head_dim;
  const std::int64_t width = task.layout.value_stride();
  const auto first_key = [&](std::int64_t query) {
    return task.window > 0 ? std::max(0, task.positions[query] - task.window + 1) : 0;
  };
  const auto last_key = [&](std::int64_t query) {
    if (task.causal) return task.positions[query];
    return task.window > 0 ? std::min(task.length, task.positions[query] + task.window) - 1 : task.length - 1;
  };
  std::int64_t begin = 0;  // the first query that sees keys of the stretch or of a later one
  const std::int64_t last_stretch = last_key(task.queries - 1) / kStretch;
  for (std::int64_t stretch = first_key(0) / kStretch; stretch <= last_stretch; ++stretch) {
    const std::int64_t base = stretch * kStretch;
    while (begin < task.queries && first_key(begin) >= base + kStretch) ++begin;
    // Positions increase, but not always by one: the first query of the stretch may stand after begin.
    std::int64_t first_query = begin;
    while (first_query < task.queries && last_key(first_query) < base) ++first_query;
    std::int64_t end = first_query;
    while (end < task.queries && first_key(end) < base + kStretch) ++end;
    if (first_query >= end) continue;

    const std::int64_t row = first_query * task.heads;
    const std::int64_t count = (end - first_query) * task.heads;
    const std::int64_t last = last_key(end - 1);
    const std::int64_t first_block = std::max<std::int64_t>(first_key(first_query), base) / kv_tokens;
    const std::int64_t end_block = std::min<std::int64_t>(last / kv_tokens + 1, (stretch + 1) * kStretchBlocks);
    float* scores = rows.scores + row * kStretch;
    const auto keys_of = [&](std::int64_t block) {
      return reinterpret_cast<const Stored*>(task.pool +
                                             static_cast<std::size_t>(task.blocks[block]) * task.layout.block_bytes()) +
             task.kv_head * task.layout.head_elements();
    };
    // Many rows convert a block once; few read it as it is.
    const bool convert = count > 2 * kRowsAtOnce && sizeof(Stored) != sizeof(float);
    for (std::int64_t block = first_block; block < end_block; ++block) {
      const Stored* keys = keys_of(block);
      const auto score = [&](const auto* from) HWY_ATTR {
        multiply<false>(count, rows.q + row * head_dim, head_dim, head_dim, from, kv_tokens, kv_tokens,
                        scores + (block * kv_tokens - base), kStretch);
      };
      if (convert) {
        const std::int64_t elements = head_dim * kv_tokens;
        for (std::int64_t i = 0; i < elements; i += kStep) store_floats(load_floats(keys + i), rows.keys + i);
        score(static_cast<const float*>(rows.keys));
      } else {
        score(keys);
      }
    }
    for (std::int64_t query = first_query; query < end; ++query) {
      for (std::int64_t h = 0; h < task.heads; ++h) {
        soften(rows, query * task.heads + h, first_block * kv_tokens - base, end_block * kv_tokens - base,
               first_key(query) - base, last_key(query) - base, width);
      }
    }
    for (std::int64_t block = first_block; block < end_block; ++block) {
      const Stored* values = keys_of(block) + head_dim * kv_tokens;
      const std::int64_t depth = std::min<std::int64_t>(kv_tokens, last - block * kv_tokens + 1);
      const auto add = [&](const auto* from) HWY_ATTR {
        multiply<true>(count, scores + (block * kv_tokens - base), kStretch, depth, from, width, width,
                       rows.sums + row * width, width);
      };
      if (convert) {
        for (std::int64_t i = 0; i < depth * width; i += kStep) store_floats(load_floats(values + i), rows.values + i);
        add(static_cast<const float*>(rows.values));
      } else {
        add(values);
      }
    }
  }
  for (std::int64_t r = 0; r < rows.count; ++r) {
    float* out = task.out + r / task.heads * task.stride + r % task.heads * head_dim;
    const auto inverse = hn::Set(d, 1.0f / rows.total[r]);
    const float* sums = rows.sums + r * width;
    for (std::int64_t i = 0; i < head_dim; i += kStep) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(head_dim - i));
      hn::StoreN(hn::Mul(hn::LoadU(d, sums + i), inverse), d, out + i, lanes);
    }
  }
}

void attend(const AttentionTask& task, float* scratch) {
  const std::int64_t head_dim = task.layout.head_dim;
  const std::int64_t width = task.layout.value_stride();
  const std::int64_t count = task.heads * task.queries;
  const auto take = [&](std::int64_t floats) {
    float* taken = scratch;
    scratch += (floats + 15) / 16 * 16;
    return taken;
  };
  Rows rows{count,       take(count * head_dim),     take(count * width),    take(count * kStretch), take(count),
            take(count), take(head_dim * kv_tokens), take(kv_tokens * width)};
  for (std::int64_t r = 0; r < count; ++r) {
    const float* q = task.q + r / task.heads * task.stride + r % task.heads * head_dim;
    for (std::int64_t i = 0; i < head_dim; ++i) rows.q[r * head_dim + i] = q[i] * task.scale;
  }
  std::fill_n(rows.sums, count * width, 0.0f);
  std::fill_n(rows.maximum, count, -std::numeric_limits<float>::infinity());
  std::fill_n(rows.total, count, 0.0f);
  if (task.layout.exact) {
    attend_rows<float>(task, rows);
  } else {
    attend_rows<hwy::float16_t>(task, rows);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(attend);

std::int64_t attention_scratch(const KvLayout& layout, std::int64_t rows) {
  const std::int64_t width = layout.value_stride();
  const std::int64_t floats =
      rows * (layout.head_dim + width + attention_stretch + 2) + kv_tokens * (layout.head_dim + width);
  return floats + 7 * 16;  // each part begins on a cache line
}

void attend(const AttentionTask& task, float* scratch) { HWY_DYNAMIC_DISPATCH(attend)(task, scratch); }

}  // namespace gerbil::kernels
#endif
