#include "kernels/cpu/rope.hpp"

#include <algorithm>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/rope.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

void rotate_head(const float* x, const float* cosine, const float* sine, std::int64_t half, float* out) {
  const FloatTag d;
  for (std::int64_t i = 0; i < half; i += kLanes) {
    const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(half - i));
    const auto a = hn::LoadN(d, x + i, lanes);
    const auto b = hn::LoadN(d, x + half + i, lanes);
    const auto c = hn::LoadN(d, cosine + i, lanes);
    const auto s = hn::LoadN(d, sine + i, lanes);
    hn::StoreN(hn::NegMulAdd(b, s, hn::Mul(a, c)), d, out + i, lanes);
    hn::StoreN(hn::MulAdd(a, s, hn::Mul(b, c)), d, out + half + i, lanes);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(rotate_head);

void rotate_head(const float* x, const float* cosine, const float* sine, std::int64_t half, std::int64_t head_dim,
                 float* out) {
  HWY_DYNAMIC_DISPATCH(rotate_head)(x, cosine, sine, half, out);
  if (out != x) std::copy(x + 2 * half, x + head_dim, out + 2 * half);
}

}  // namespace gerbil::kernels
#endif
