// Activation functions on vectors; compiled once for each target.
#if defined(GERBIL_KERNELS_CPU_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GERBIL_KERNELS_CPU_ACTIVATION_INL_H_
#undef GERBIL_KERNELS_CPU_ACTIVATION_INL_H_
#else
#define GERBIL_KERNELS_CPU_ACTIVATION_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>

#include "kernels/cpu/elementwise.hpp"
#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {

// The error function within 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26); Highway has none.
HWY_INLINE FloatVector erf(FloatVector x) {
  const FloatTag d;
  const auto size = hn::Abs(x);
  const auto t = hn::Div(hn::Set(d, 1.0f), hn::MulAdd(hn::Set(d, 0.3275911f), size, hn::Set(d, 1.0f)));
  auto sum = hn::MulAdd(hn::Set(d, 1.061405429f), t, hn::Set(d, -1.453152027f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 1.421413741f));
  sum = hn::MulAdd(sum, t, hn::Set(d, -0.284496736f));
  sum = hn::Mul(hn::MulAdd(sum, t, hn::Set(d, 0.254829592f)), t);
  // Beyond 9 the exponential is 0 in f32 anyway; the limit keeps its argument within the range of Exp.
  const auto limited = hn::Min(size, hn::Set(d, 9.0f));
  const auto result = hn::NegMulAdd(sum, hn::Exp(d, hn::Neg(hn::Mul(limited, limited))), hn::Set(d, 1.0f));
  return hn::CopySign(result, x);
}

// Gaussian error linear units (Hendrycks and Gimpel 2016).
HWY_INLINE FloatVector gelu(FloatVector x) {
  const FloatTag d;
  const auto half = hn::Mul(hn::Set(d, 0.5f), x);
  return hn::MulAdd(half, erf(hn::Mul(x, hn::Set(d, 0.70710678f))), half);
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
    case Activation::tanh:
      return hn::Tanh(FloatTag(), x);
    case Activation::identity:
      break;
  }
  return x;
}

}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#endif
