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

// log(1 + e^x), without overflow.
HWY_INLINE FloatVector softplus(FloatVector x) {
  const FloatTag d;
  return hn::Add(hn::Max(x, hn::Zero(d)), hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(x)))));
}

HWY_INLINE FloatVector clamp(FloatVector x, float low, float high) {
  return hn::Min(hn::Max(x, hn::Set(FloatTag(), low)), hn::Set(FloatTag(), high));
}

// y where x is below 0, x elsewhere.
HWY_INLINE FloatVector below_zero(FloatVector x, FloatVector y) {
  return hn::IfThenElse(hn::Lt(x, hn::Zero(FloatTag())), y, x);
}

HWY_INLINE FloatVector elu(FloatVector x, float alpha) {
  const FloatTag d;
  return below_zero(x, hn::Mul(hn::Set(d, alpha), hn::Expm1(d, hn::Min(x, hn::Zero(d)))));
}

HWY_INLINE FloatVector activate_vector(Activation activation, FloatVector x) {
  const FloatTag d;
  switch (activation) {
    case Activation::sigmoid:
      return times_logistic(hn::Set(d, 1.0f), x);
    case Activation::quick_gelu:
      return times_logistic(x, hn::Mul(x, hn::Set(d, 1.702f)));
    case Activation::gelu_10:
      return clamp(gelu(x), -10.0f, 10.0f);
    case Activation::relu2:
      return hn::Mul(hn::Max(x, hn::Zero(d)), hn::Max(x, hn::Zero(d)));
    case Activation::relu6:
      return clamp(x, 0.0f, 6.0f);
    case Activation::leaky_relu:
      return below_zero(x, hn::Mul(x, hn::Set(d, 0.01f)));
    case Activation::rrelu:
      return below_zero(x, hn::Mul(x, hn::Set(d, 0.229166667f)));
    case Activation::elu:
      return elu(x, 1.0f);
    case Activation::selu:
      return hn::Mul(hn::Set(d, 1.05070099f), elu(x, 1.67326324f));
    case Activation::mish:
      return hn::Mul(x, hn::Tanh(d, softplus(x)));
    case Activation::softplus:
      return softplus(x);
    case Activation::sqrt_softplus:
      return hn::Sqrt(softplus(x));
    case Activation::log_sigmoid:
      return hn::Neg(softplus(hn::Neg(x)));
    case Activation::softsign:
      return hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Abs(x)));
    case Activation::tanhshrink:
      return hn::Sub(x, hn::Tanh(d, x));
    case Activation::hardshrink:
      return hn::IfThenElseZero(hn::Gt(hn::Abs(x), hn::Set(d, 0.5f)), x);
    case Activation::softshrink:
      return hn::Sub(x, clamp(x, -0.5f, 0.5f));
    case Activation::hardtanh:
      return clamp(x, -1.0f, 1.0f);
    case Activation::hardsigmoid:
      return hn::Mul(hn::Set(d, 1.0f / 6), clamp(hn::Add(x, hn::Set(d, 3.0f)), 0.0f, 6.0f));
    case Activation::hardswish:
      return hn::Mul(hn::Mul(x, hn::Set(d, 1.0f / 6)), clamp(hn::Add(x, hn::Set(d, 3.0f)), 0.0f, 6.0f));
    case Activation::laplace: {
      const auto y = hn::Mul(hn::Sub(x, hn::Set(d, 0.707107f)), hn::Set(d, 1 / 0.282095f));
      return hn::MulAdd(hn::Set(d, 0.5f), erf_of_root_half(y), hn::Set(d, 0.5f));
    }
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
