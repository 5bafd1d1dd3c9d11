#include "formats/grid_fit.hpp"

#include <algorithm>
#include <limits>

#include "base/instruction_sets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "formats/grid_fit.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gerbil::formats {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::CappedTag<float, 16>;
using Floats = hn::Vec<FloatTag>;
constexpr std::size_t kLanes = hn::MaxLanes(FloatTag());
constexpr FloatTag d;

constexpr int largest_group = 128;

struct Grid {
  Floats scale, bias;
};

struct Fit {
  Grid grid;
  Floats error;  // sum of squares
};

// As many groups as a vector has lanes, one a lane: every sum over a group runs within its lane.
struct Block {
  HWY_ALIGN float values[largest_group * kLanes];
  HWY_ALIGN float above_lowest[largest_group * kLanes];  // the differences from the group's lowest value
  int group;
  float levels;  // the largest code

  Floats value(int i) const { return hn::Load(d, values + i * kLanes); }

  // The nearest codes to positions on a grid, as floats; NaN becomes 0.
  HWY_INLINE Floats code(Floats position) const {
    const auto bounded = hn::IfThenElseZero(hn::Gt(position, hn::Zero(d)), hn::Min(position, hn::Set(d, levels)));
    return hn::Round(bounded);
  }
  HWY_INLINE Floats code(Floats value, Floats bias, Floats inverse) const {
    return code(hn::Mul(hn::Sub(value, bias), inverse));
  }
};

HWY_INLINE Floats inverse_of(Floats scale) {
  return hn::IfThenElseZero(hn::Gt(scale, hn::Zero(d)), hn::Div(hn::Set(d, 1.0f), scale));
}

HWY_INLINE Floats rounded_to_f16(Floats v) {
  constexpr float largest = 65504.0f;
  const hn::Rebind<hwy::float16_t, FloatTag> half;
  const auto bounded = hn::Min(hn::Max(v, hn::Set(d, -largest)), hn::Set(d, largest));
  return hn::PromoteTo(d, hn::DemoteTo(half, bounded));
}

// The grid over the whole range. Comparisons with NaN are false, so that NaN leaves the range alone.
Grid whole_range(const Block& block) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  auto low = hn::Set(d, infinity);
  auto high = hn::Set(d, -infinity);
  for (int i = 0; i < block.group; ++i) {
    const auto v = block.value(i);
    low = hn::IfThenElse(hn::Lt(v, low), v, low);
    high = hn::IfThenElse(hn::Gt(v, high), v, high);
  }
  const auto found = hn::Le(low, high);
  low = hn::IfThenElseZero(found, low);
  high = hn::IfThenElseZero(found, high);
  // Halved first: the difference of two floats may overflow.
  const auto half = hn::Set(d, 0.5f);
  const auto half_range = hn::Sub(hn::Mul(high, half), hn::Mul(low, half));
  return {hn::Mul(half_range, hn::Set(d, 2.0f / block.levels)), low};
}

// The best grid for the codes that a grid gives, by linear regression of what they miss over the codes, both in steps
// of the grid: these are small numbers, from whose sums the error comes out with digits enough to compare grids by.
// `grid` and the result have their bias as a difference from the group's lowest value.
HWY_INLINE Fit regression(const Block& block, const Grid& grid) {
  const auto inverse = inverse_of(grid.scale);
  auto q = hn::Zero(d);   // Σ code
  auto qq = hn::Zero(d);  // Σ code²
  auto m = hn::Zero(d);   // Σ miss
  auto mm = hn::Zero(d);
  auto qm = hn::Zero(d);
  for (int i = 0; i < block.group; ++i) {
    const auto above = hn::Load(d, block.above_lowest + static_cast<std::size_t>(i) * kLanes);
    const auto position = hn::Mul(hn::Sub(above, grid.bias), inverse);
    const auto code = block.code(position);
    const auto miss = hn::Sub(position, code);
    q = hn::Add(q, code);
    qq = hn::MulAdd(code, code, qq);
    m = hn::Add(m, miss);
    mm = hn::MulAdd(miss, miss, mm);
    qm = hn::MulAdd(code, miss, qm);
  }
  const auto share = hn::Set(d, 1.0f / static_cast<float>(block.group));
  const auto mean = hn::Mul(q, share);
  const auto spread = hn::NegMulAdd(mean, q, qq);  // 0 when all codes are equal
  const auto together = hn::NegMulAdd(mean, m, qm);
  const auto slope = hn::IfThenElseZero(hn::Gt(spread, hn::Zero(d)), hn::Div(together, spread));
  const auto at_zero = hn::Mul(hn::NegMulAdd(slope, q, m), share);
  const auto missed = hn::NegMulAdd(slope, together, hn::NegMulAdd(hn::Mul(m, share), m, mm));
  return {{hn::MulAdd(slope, grid.scale, grid.scale), hn::MulAdd(at_zero, grid.scale, grid.bias)},
          hn::Mul(hn::Mul(grid.scale, grid.scale), missed)};
}

void keep_better(const Fit& candidate, Fit& best) {
  const auto better = hn::Lt(candidate.error, best.error);  // never with NaN
  best.grid.scale = hn::IfThenElse(better, candidate.grid.scale, best.grid.scale);
  best.grid.bias = hn::IfThenElse(better, candidate.grid.bias, best.grid.bias);
  best.error = hn::IfThenElse(better, candidate.error, best.error);
}

Grid smallest_error(Block& block, const Grid& whole) {
  for (int i = 0; i < block.group; ++i) {
    hn::Store(hn::Sub(block.value(i), whole.bias), d, block.above_lowest + static_cast<std::size_t>(i) * kLanes);
  }
  // About 5 and 12 %, but no round numbers: weights of 16 bits would often lie halfway between two codes then, where
  // the last place of an instruction set decides.
  constexpr float drawn_in[] = {0.0f, 0.0517f, 0.1193f};
  Fit best{{whole.scale, hn::Zero(d)}, hn::Set(d, std::numeric_limits<float>::infinity())};
  for (const float below : drawn_in) {
    for (const float above : drawn_in) {
      const Grid start{hn::Mul(whole.scale, hn::Set(d, 1.0f - below - above)),
                       hn::Mul(whole.scale, hn::Set(d, below * block.levels))};
      keep_better(regression(block, start), best);
    }
  }
  for (int turn = 0; turn < 2; ++turn) keep_better(regression(block, best.grid), best);
  return {best.grid.scale, hn::Add(best.grid.bias, whole.bias)};
}

Fit rounded(const Block& block, const Grid& grid) {
  const Grid half{rounded_to_f16(grid.scale), rounded_to_f16(grid.bias)};
  const auto inverse = inverse_of(half.scale);
  auto error = hn::Zero(d);
  for (int i = 0; i < block.group; ++i) {
    const auto v = block.value(i);
    const auto difference = hn::Sub(v, hn::MulAdd(block.code(v, half.bias, inverse), half.scale, half.bias));
    error = hn::MulAdd(difference, difference, error);
  }
  return {half, error};
}

void fit_grid(const float* values, std::int64_t groups, int group, int bits, std::uint8_t* codes, float* scales,
              float* biases) {
  const hn::RebindToSigned<FloatTag> integers;
  Block block;
  block.group = group;
  block.levels = static_cast<float>((1 << bits) - 1);
  HWY_ALIGN std::int32_t chosen[kLanes];
  HWY_ALIGN float parameters[2][kLanes];
  for (std::int64_t first = 0; first < groups; first += kLanes) {
    const int count = static_cast<int>(std::min<std::int64_t>(kLanes, groups - first));
    const float* from[kLanes];
    for (int lane = 0; lane < static_cast<int>(kLanes); ++lane) {
      from[lane] = values + (first + std::min(lane, count - 1)) * group;
    }
    float* to = block.values;
    for (int i = 0; i < group; ++i) {
      for (const float* group_values : from) *to++ = group_values[i];
    }
    const Grid whole = whole_range(block);
    Fit fit = rounded(block, whole);
    if (bits == 4) keep_better(rounded(block, smallest_error(block, whole)), fit);
    const auto inverse = inverse_of(fit.grid.scale);
    for (int i = 0; i < group; ++i) {
      hn::Store(hn::ConvertTo(integers, block.code(block.value(i), fit.grid.bias, inverse)), integers, chosen);
      for (int lane = 0; lane < count; ++lane) {
        codes[(first + lane) * group + i] = static_cast<std::uint8_t>(chosen[lane]);
      }
    }
    hn::Store(fit.grid.scale, d, parameters[0]);
    hn::Store(fit.grid.bias, d, parameters[1]);
    std::copy_n(parameters[0], count, scales + first);
    std::copy_n(parameters[1], count, biases + first);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::formats
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::formats {

HWY_EXPORT(fit_grid);

void fit_grid(const float* values, std::int64_t groups, int group, int bits, std::uint8_t* codes, float* scales,
              float* biases) {
  HWY_DYNAMIC_DISPATCH(fit_grid)(values, groups, group, bits, codes, scales, biases);
}

}  // namespace gerbil::formats
#endif
