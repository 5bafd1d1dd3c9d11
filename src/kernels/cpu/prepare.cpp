#include "kernels/cpu/prepare.hpp"

#include <cmath>
#include <limits>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/prepare.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

void quantize_row(const float* x, std::int64_t columns, int group, int weight_group, std::int8_t* codes,
                  GroupFactors* factors) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const hn::Rebind<std::int8_t, FloatTag> d8;
  const std::int64_t lanes = kLanes;
  float before = 0.0f;  // the sum of what lies before in the weight's group
  for (std::int64_t begin = 0; begin < columns; begin += group, ++factors) {
    auto largest = hn::Zero(d);
    auto finite = hn::Zero(d);  // becomes NaN when a value is infinite or NaN
    for (std::int64_t i = begin; i < begin + group; i += lanes) {
      const auto v = load_floats(x + i);
      largest = hn::Max(largest, hn::Abs(v));
      finite = hn::MulAdd(v, hn::Zero(d), finite);
    }
    const float magnitude = hn::ReduceMax(d, largest);
    const float check = hn::ReduceSum(d, finite);
    // Below this the reciprocal is not finite; such activations are nothing next to any bias.
    const bool zero = magnitude < 1e-35f;
    const float inverse = zero ? 0.0f : 127.0f / magnitude;
    auto sum = hn::Zero(di);
    for (std::int64_t i = begin; i < begin + group; i += lanes) {
      // 127 / magnitude is rounded, so that the largest may come to a little over 127, which rounds to 127.
      const auto code = hn::NearestInt(hn::Mul(load_floats(x + i), hn::Set(d, inverse)));
      sum = hn::Add(sum, code);
      hn::StoreU(hn::DemoteTo(d8, code), d8, codes + i);
    }
    const float scale = std::isnan(check) ? std::numeric_limits<float>::quiet_NaN() : zero ? 0.0f : magnitude / 127.0f;
    if (begin % weight_group == 0) before = 0.0f;
    before += scale * static_cast<float>(hn::ReduceSum(di, sum));
    *factors = {scale, before};
  }
}

void sum_groups(const float* x, std::int64_t columns, int group, GroupFactors* factors) {
  const FloatTag d;
  for (std::int64_t begin = 0; begin < columns; begin += group, ++factors) {
    auto sum = hn::Zero(d);
    for (std::int64_t i = begin; i < begin + group; i += kLanes) sum = hn::Add(sum, load_floats(x + i));
    *factors = {1.0f, hn::ReduceSum(d, sum)};
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(quantize_row);
HWY_EXPORT(sum_groups);

void gather_row(const float* from, const std::int32_t* gather, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = gather[i] < 0 ? 0.0f : from[gather[i]];
}

void quantize_row(const float* x, std::int64_t columns, int group, int weight_group, std::int8_t* codes,
                  GroupFactors* factors) {
  HWY_DYNAMIC_DISPATCH(quantize_row)(x, columns, group, weight_group, codes, factors);
}

void sum_groups(const float* x, std::int64_t columns, int group, GroupFactors* factors) {
  HWY_DYNAMIC_DISPATCH(sum_groups)(x, columns, group, factors);
}

}  // namespace gerbil::kernels
#endif
