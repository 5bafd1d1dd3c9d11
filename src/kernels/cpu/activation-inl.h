// Activation functions on vectors; compiled once for each target.
#if defined(GERBIL_KERNELS_CPU_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GERBIL_KERNELS_CPU_ACTIVATION_INL_H_
#undef GERBIL_KERNELS_CPU_ACTIVATION_INL_H_
#else
#define GERBIL_KERNELS_CPU_ACTIVATION_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>

#include <cmath>

#include "kernels/cpu/elementwise.hpp"
#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {

// Gaussian error linear units (Hendrycks and Gimpel 2016). The exact form needs erf, which Highway lacks.
HWY_INLINE FloatVector gelu(FloatVector x) {
  const FloatTag d;
  HWY_ALIGN float values[kLanes];
  hn::Store(x, d, values);
  for (float& value : values) value = 0.5f * value * (1.0f + std::erf(value * 0.70710678f));
  return hn::Load(d, values);
}

HWY_INLINE FloatVector gelu_tanh(FloatVector x) {
  const FloatTag d;
  const auto cubic = hn::Mul(hn::Mul(x, hn::Mul(x, x)), hn::Set(d, 0.044715f));
  const auto inner = hn::Mul(hn::Add(x, cubic), hn::Set(d, 0.79788456f));  // sqrt(2 / π)
  return hn::Mul(hn::Mul(hn::Set(d, 0.5f), x), hn::Add(hn::Set(d, 1.0f), hn::Tanh(d, inner)));
}

// x / (1 + e^−x). Beyond ±88 the exponential leaves the range of f32, where the limits are x and 0 all the same.
HWY_INLINE FloatVector silu(FloatVector x) {
  const FloatTag d;
  const auto limited = hn::Min(hn::Max(x, hn::Set(d, -88.0f)), hn::Set(d, 88.0f));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Exp(d, hn::Neg(limited))));
}

HWY_INLINE FloatVector activate_vector(Activation activation, FloatVector x) {
  switch (activation) {
    case Activation::silu:
      return silu(x);
    case Activation::gelu:
      return gelu(x);
    case Activation::gelu_tanh:
      return gelu_tanh(x);
    case Activation::relu:
      return hn::Max(x, hn::Zero(FloatTag()));
    case Activation::identity:
      break;
  }
  return x;
}

}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#endif
