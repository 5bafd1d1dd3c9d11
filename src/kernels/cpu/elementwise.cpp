#include "kernels/cpu/elementwise.hpp"

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

// The tail of a run is masked, so that each element sees the same instructions wherever it stands.
template <typename Function>
HWY_INLINE void for_each_vector(const float* a, const float* b, std::int64_t count, float* out, Function function) {
  const FloatTag d;
  std::int64_t i = 0;
  for (; i + static_cast<std::int64_t>(kLanes) <= count; i += kLanes) {
    hn::StoreU(function(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, out + i);
  }
  if (i < count) {
    const std::size_t rest = static_cast<std::size_t>(count - i);
    hn::StoreN(function(hn::LoadN(d, a + i, rest), hn::LoadN(d, b + i, rest)), d, out + i, rest);
  }
}

void add(const float* a, const float* b, std::int64_t count, float* out) {
  for_each_vector(a, b, count, out, [](FloatVector u, FloatVector v) HWY_ATTR { return hn::Add(u, v); });
}

void multiply(const float* a, const float* b, std::int64_t count, float* out) {
  for_each_vector(a, b, count, out, [](FloatVector u, FloatVector v) HWY_ATTR { return hn::Mul(u, v); });
}

void maximum(const float* a, const float* b, std::int64_t count, float* out) {
  for_each_vector(a, b, count, out, [](FloatVector u, FloatVector v) HWY_ATTR { return hn::Max(u, v); });
}

void add_scaled(const float* x, float factor, std::int64_t count, float* out) {
  for_each_vector(x, out, count, out, [factor](FloatVector u, FloatVector v) HWY_ATTR {
    return hn::MulAdd(u, hn::Set(FloatTag(), factor), v);
  });
}

void scale(const float* x, float factor, std::int64_t count, float* out) {
  for_each_vector(x, x, count, out,
                  [factor](FloatVector u, FloatVector) HWY_ATTR { return hn::Mul(u, hn::Set(FloatTag(), factor)); });
}

void activate(Activation activation, const float* x, std::int64_t count, float* out) {
  for_each_vector(x, x, count, out,
                  [activation](FloatVector u, FloatVector) HWY_ATTR { return activate_vector(activation, u); });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(add);
HWY_EXPORT(multiply);
HWY_EXPORT(maximum);
HWY_EXPORT(add_scaled);
HWY_EXPORT(scale);
HWY_EXPORT(activate);

void add(const float* a, const float* b, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(add)(a, b, count, out);
}
void multiply(const float* a, const float* b, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(multiply)(a, b, count, out);
}
void maximum(const float* a, const float* b, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(maximum)(a, b, count, out);
}
void add_scaled(const float* x, float factor, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(add_scaled)(x, factor, count, out);
}
void scale(const float* x, float factor, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(scale)(x, factor, count, out);
}
void activate(Activation activation, const float* x, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(activate)(activation, x, count, out);
}

}  // namespace gerbil::kernels
#endif
