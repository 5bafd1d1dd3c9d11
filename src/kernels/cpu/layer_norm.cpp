#include "kernels/cpu/layer_norm.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/layer_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

// Calls body(position, values there) for each vector of x; lanes beyond the end hold `filler`.
template <typename Body>
HWY_INLINE void for_each_vector(const float* x, std::int64_t count, FloatVector filler, Body body) {
  const FloatTag d;
  std::int64_t i = 0;
  for (; i + static_cast<std::int64_t>(kLanes) <= count; i += kLanes) body(i, hn::LoadU(d, x + i));
  if (i < count) body(i, hn::LoadNOr(filler, d, x + i, static_cast<std::size_t>(count - i)));
}

void layer_norm(const float* x, const float* weight, const float* bias, float epsilon, std::int64_t count, float* out) {
  const FloatTag d;
  auto sum = hn::Zero(d);
  for_each_vector(x, count, hn::Zero(d), [&](std::int64_t, FloatVector v) HWY_ATTR { sum = hn::Add(sum, v); });
  const auto mean = hn::Set(d, hn::ReduceSum(d, sum) / static_cast<float>(count));
  // The mean is subtracted before squaring: E(x²) − E(x)² would cancel where the mean is large.
  auto squares = hn::Zero(d);
  for_each_vector(x, count, mean, [&](std::int64_t, FloatVector v) HWY_ATTR {
    const auto centred = hn::Sub(v, mean);
    squares = hn::MulAdd(centred, centred, squares);
  });
  const float variance = hn::ReduceSum(d, squares) / static_cast<float>(count);
  const auto factor = hn::Set(d, 1.0f / std::sqrt(variance + epsilon));
  for_each_vector(x, count, mean, [&](std::int64_t i, FloatVector v) HWY_ATTR {
    const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(count - i));
    const auto scaled = hn::Mul(hn::Mul(hn::Sub(v, mean), factor), hn::LoadN(d, weight + i, lanes));
    hn::StoreN(bias == nullptr ? scaled : hn::Add(scaled, hn::LoadN(d, bias + i, lanes)), d, out + i, lanes);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(layer_norm);

void layer_norm(const float* x, const float* weight, const float* bias, float epsilon, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(layer_norm)(x, weight, bias, epsilon, count, out);
}

}  // namespace gerbil::kernels
#endif
