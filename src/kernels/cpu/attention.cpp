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

// What rows, pairs of query and head, the heads of a query together, have come to: for each its sums [value_stride],
// the running maximum and the total.
struct States {
  float* values;
  std::int64_t width;  // value_stride
  float* sums(std::int64_t r) const { return values + r * stride(); }
  float& maximum(std::int64_t r) const { return sums(r)[width]; }
  float& total(std::int64_t r) const { return sums(r)[width + 1]; }
  std::int64_t stride() const { return width + 16; }
  void clear(std::int64_t count) const {
    std::fill_n(values, count * stride(), 0.0f);
    for (std::int64_t r = 0; r < count; ++r) maximum(r) = -std::numeric_limits<float>::infinity();
  }
};

// What one call works in.
struct Rows {
  std::int64_t count;
  float* q;  // [count, head_dim], scaled
  States states;
  float* scores;  // [count, kStretch]
  float* keys;    // [head_dim, 32], a block as f32
  float* values;  // [32, value_stride]
};

// Scores of row r over the keys [begin, end) of a stretch become probabilities relative to the running maximum; keys
// outside [first, last] get none. Updates the state of the row.
HWY_INLINE void soften(const Rows& rows, std::int64_t r, std::int64_t begin, std::int64_t end, std::int64_t first,
                       std::int64_t last) {
  const FloatTag d;
  const States& states = rows.states;
  float* scores = rows.scores + r * kStretch;
  const auto excluded = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto largest = hn::Set(d, states.maximum(r));
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
  if (maximum > states.maximum(r)) {
    if (states.total(r) > 0.0f) {  // not in the first stretch of a row, where everything is zero
      const auto factor = hn::Exp(d, hn::Set(d, states.maximum(r) - maximum));
      float* sums = states.sums(r);
      for (std::int64_t i = 0; i < states.width; i += kStep) {
        hn::StoreU(hn::Mul(hn::LoadU(d, sums + i), factor), d, sums + i);
      }
      states.total(r) *= hn::GetLane(factor);
    }
    states.maximum(r) = maximum;
  }
  states.total(r) += sum;
}

// First and last key that a query sees.
std::int64_t first_key(const AttentionTask& task, std::int64_t query) {
  return task.window > 0 ? std::max(0, task.positions[query] - task.window + 1) : 0;
}
std::int64_t last_key(const AttentionTask& task, std::int64_t query) {
  if (task.causal) return task.positions[query];
  return task.window > 0 ? std::min(task.length, task.positions[query] + task.window) - 1 : task.length - 1;
}

// The stretches [first_stretch, end_stretch).
template <typename Stored>
void attend_stretches(const AttentionTask& task, const Rows& rows, std::int64_t first_stretch,
                      std::int64_t end_stretch) {
  const std::int64_t head_dim = task.layout.head_dim;
  const std::int64_t width = task.layout.value_stride();
  const auto first_key = [&](std::int64_t query) { return HWY_NAMESPACE::first_key(task, query); };
  const auto last_key = [&](std::int64_t query) { return HWY_NAMESPACE::last_key(task, query); };
  std::int64_t begin = 0;  // the first query that sees keys of the stretch or of a later one
  for (std::int64_t stretch = first_stretch; stretch < end_stretch; ++stretch) {
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
               first_key(query) - base, last_key(query) - base);
      }
    }
    for (std::int64_t block = first_block; block < end_block; ++block) {
      const Stored* values = keys_of(block) + head_dim * kv_tokens;
      const std::int64_t depth = std::min<std::int64_t>(kv_tokens, last - block * kv_tokens + 1);
      const auto add = [&](const auto* from) HWY_ATTR {
        multiply<true>(count, scores + (block * kv_tokens - base), kStretch, depth, from, width, width,
                       rows.states.sums(row), rows.states.stride());
      };
      if (convert) {
        for (std::int64_t i = 0; i < depth * width; i += kStep) store_floats(load_floats(values + i), rows.values + i);
        add(static_cast<const float*>(rows.values));
      } else {
        add(values);
      }
    }
  }
}

// Adds to what row r has come to what it has come to over later keys.
HWY_INLINE void join(const States& states, std::int64_t r, const States& later) {
  const FloatTag d;
  if (later.total(r) == 0.0f) return;  // it sees none of them
  if (states.total(r) == 0.0f) {
    std::copy_n(later.sums(r), states.width + 2, states.sums(r));
    return;
  }
  const float maximum = std::max(states.maximum(r), later.maximum(r));
  const auto own = hn::Exp(d, hn::Set(d, states.maximum(r) - maximum));
  const auto others = hn::Exp(d, hn::Set(d, later.maximum(r) - maximum));
  float* sums = states.sums(r);
  for (std::int64_t i = 0; i < states.width; i += kStep) {
    const auto more = hn::LoadU(d, later.sums(r) + i);
    hn::StoreU(hn::MulAdd(more, others, hn::Mul(hn::LoadU(d, sums + i), own)), d, sums + i);
  }
  states.total(r) = states.total(r) * hn::GetLane(own) + later.total(r) * hn::GetLane(others);
  states.maximum(r) = maximum;
}

void write_rows(const AttentionTask& task, const States& states) {
  const FloatTag d;
  const std::int64_t head_dim = task.layout.head_dim;
  for (std::int64_t r = 0; r < task.heads * task.queries; ++r) {
    float* out = task.out + r / task.heads * task.stride + r % task.heads * head_dim;
    const auto inverse = hn::Set(d, 1.0f / states.total(r));
    const float* sums = states.sums(r);
    for (std::int64_t i = 0; i < head_dim; i += kStep) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(head_dim - i));
      hn::StoreN(hn::Mul(hn::LoadU(d, sums + i), inverse), d, out + i, lanes);
    }
  }
}

void sum_part(const AttentionTask& task, const Rows& rows, std::int64_t part) {
  constexpr std::int64_t stretches = attention_part / kStretch;
  const std::int64_t first = std::max(part * stretches, first_key(task, 0) / kStretch);
  const std::int64_t end = std::min((part + 1) * stretches, last_key(task, task.queries - 1) / kStretch + 1);
  rows.states.clear(rows.count);
  if (task.layout.exact) {
    attend_stretches<float>(task, rows, first, end);
  } else {
    attend_stretches<hwy::float16_t>(task, rows, first, end);
  }
}

// Lays out what a call works in, and scales the queries.
Rows prepare(const AttentionTask& task, float* states, float*& scratch) {
  const std::int64_t head_dim = task.layout.head_dim;
  const std::int64_t width = task.layout.value_stride();
  const std::int64_t count = task.heads * task.queries;
  const auto take = [&](std::int64_t floats) {
    float* taken = scratch;
    scratch += (floats + 15) / 16 * 16;
    return taken;
  };
  const Rows rows{count,
                  take(count * head_dim),
                  {states, width},
                  take(count * kStretch),
                  take(head_dim * kv_tokens),
                  take(kv_tokens * width)};
  for (std::int64_t r = 0; r < count; ++r) {
    const float* q = task.q + r / task.heads * task.stride + r % task.heads * head_dim;
    for (std::int64_t i = 0; i < head_dim; ++i) rows.q[r * head_dim + i] = q[i] * task.scale;
  }
  return rows;
}

void attend_part(const AttentionTask& task, std::int64_t part, float* scratch, float* states) {
  sum_part(task, prepare(task, states, scratch), part);
}

void merge_parts(const AttentionTask& task, std::int64_t parts, float* states) {
  const std::int64_t count = task.heads * task.queries;
  const States all{states, task.layout.value_stride()};
  for (std::int64_t part = 1; part < parts; ++part) {
    const States later{states + part * count * all.stride(), all.width};
    for (std::int64_t r = 0; r < count; ++r) join(all, r, later);
  }
  write_rows(task, all);
}

void attend(const AttentionTask& task, float* scratch) {
  const std::int64_t width = task.layout.value_stride();
  const std::int64_t count = task.heads * task.queries;
  const States all{scratch, width};
  float* rest = scratch + 2 * count * all.stride();
  const Rows rows = prepare(task, scratch + count * all.stride(), rest);
  const PartRange parts = parts_of(task);
  sum_part(task, {rows.count, rows.q, all, rows.scores, rows.keys, rows.values}, parts.first);
  for (std::int64_t part = parts.first + 1; part < parts.end; ++part) {
    sum_part(task, rows, part);
    for (std::int64_t r = 0; r < count; ++r) join(all, r, rows.states);
  }
  write_rows(task, all);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(attend);
HWY_EXPORT(attend_part);
HWY_EXPORT(merge_parts);

std::int64_t attention_state(const KvLayout& layout, std::int64_t rows) { return rows * (layout.value_stride() + 16); }

std::int64_t attention_scratch(const KvLayout& layout, std::int64_t rows) {
  const std::int64_t width = layout.value_stride();
  const std::int64_t floats = 2 * attention_state(layout, rows) + rows * (layout.head_dim + attention_stretch) +
                              kv_tokens * (layout.head_dim + width);
  return floats + 6 * 16;  // each part begins on a cache line
}

PartRange parts_of(const AttentionTask& task) {
  const auto part = [](std::int64_t key) { return key / attention_part; };
  const std::int32_t first = task.positions[0];
  const std::int32_t last = task.positions[task.queries - 1];
  std::int64_t end = task.length - 1;
  if (task.causal) {
    end = last;
  } else if (task.window > 0) {
    end = std::min(task.length, last + task.window) - 1;
  }
  return {part(task.window > 0 ? std::max(0, first - task.window + 1) : 0), part(end) + 1};
}

void attend(const AttentionTask& task, float* scratch) { HWY_DYNAMIC_DISPATCH(attend)(task, scratch); }

void attend_part(const AttentionTask& task, std::int64_t part, float* scratch, float* states) {
  HWY_DYNAMIC_DISPATCH(attend_part)(task, part, scratch, states);
}

void merge_parts(const AttentionTask& task, std::int64_t parts, float* states) {
  HWY_DYNAMIC_DISPATCH(merge_parts)(task, parts, states);
}

}  // namespace gerbil::kernels
#endif
