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

// erf(x / sqrt(2)) within 2e-7: x times a polynomial in x², fitted to the least largest error on |x| ≤ 5.5 (Lawson's
// algorithm) and written in s = 2 x² / 5.5² − 1, in which its coefficients are small. Beyond, erf is 1 within 4e-8.
HWY_INLINE FloatVector erf_of_root_half(FloatVector x) {
  const FloatTag d;
  const auto bounded = hn::Min(hn::Max(x, hn::Set(d, -5.5f)), hn::Set(d, 5.5f));
  const auto s = hn::MulSub(hn::Mul(bounded, bounded), hn::Set(d, 0.0661157025f), hn::Set(d, 1.0f));
  constexpr float coefficients[] = {-4.72829997e-4f, 0.0012631173f,  -0.00105828338f, 0.00144021539f,
                                    -0.00483727176f, 0.00924355816f, -0.0136398394f,  0.0204556566f,
                                    -0.0299981479f,  0.0407291315f,  -0.0520965233f,  0.064140521f,
                                    -0.0775855705f,  0.0954752564f,  -0.12834467f,    0.25710386f};
  auto sum = hn::Set(d, coefficients[0]);
  HWY_UNROLL(15) for (int i = 1; i < 16; ++i) sum = hn::MulAdd(sum, s, hn::Set(d, coefficients[i]));
  return hn::Mul(bounded, sum);
}

// Gaussian error linear units (Hendrycks and Gimpel 2016).
HWY_INLINE FloatVector gelu(FloatVector x) {
  const auto half = hn::Mul(hn::Set(FloatTag(), 0.5f), x);
  return hn::MulAdd(half, erf_of_root_half(x), half);
}

// x / (1 + e^−y). Beyond ±88 the exponential leaves the range of f32, where the limits are x and 0 all the same.
HWY_INLINE FloatVector times_logistic(FloatVector x, FloatVector y) {
  const FloatTag d;
  const auto limited = hn::Min(hn::Max(y, hn::Set(d, -88.0f)), hn::Set(d, 88.0f));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Exp(d, hn::Neg(limited))));
}

HWY_INLINE FloatVector silu(FloatVector x) { return times_logistic(x, x); }

// 0.5 x (1 + tanh(sqrt(2 / π) (x + 0.044715 x³))), with (1 + tanh(y)) / 2 = 1 / (1 + e^−2y).
HWY_INLINE FloatVector gelu_tanh(FloatVector x) {
  const FloatTag d;
  const auto cubic = hn::Mul(hn::Mul(x, hn::Mul(x, x)), hn::Set(d, 0.044715f));
  return times_logistic(x, hn::Mul(hn::Add(x, cubic), hn::Set(d, 1.59576912f)));  // 2 sqrt(2 / π)
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
