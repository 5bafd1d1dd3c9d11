#include "kernels/cpu/rms_norm.hpp"

#include <cmath>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/rms_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

void rms_norm(const float* x, const float* weight, float epsilon, std::int64_t count, float* out) {
  const FloatTag d;
  const std::int64_t lanes = kLanes;
  const std::int64_t whole = count / lanes * lanes;
  const std::size_t rest = static_cast<std::size_t>(count - whole);
  auto squares = hn::Zero(d);
  for (std::int64_t i = 0; i < whole; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    squares = hn::MulAdd(v, v, squares);
  }
  if (rest > 0) {
    const auto v = hn::LoadN(d, x + whole, rest);
    squares = hn::MulAdd(v, v, squares);
  }
  const float mean = hn::ReduceSum(d, squares) / static_cast<float>(count);
  const auto factor = hn::Set(d, 1.0f / std::sqrt(mean + epsilon));
  for (std::int64_t i = 0; i < whole; i += lanes) {
    hn::StoreU(hn::Mul(hn::Mul(hn::LoadU(d, x + i), factor), hn::LoadU(d, weight + i)), d, out + i);
  }
  if (rest > 0) {
    const auto v = hn::Mul(hn::Mul(hn::LoadN(d, x + whole, rest), factor), hn::LoadN(d, weight + whole, rest));
    hn::StoreN(v, d, out + whole, rest);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(rms_norm);

void rms_norm(const float* x, const float* weight, float epsilon, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(rms_norm)(x, weight, epsilon, count, out);
}

}  // namespace gerbil::kernels
#endif
