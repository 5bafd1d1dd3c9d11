// activation(x): the name of one of the activations (base/activation.hpp) is set.

// 1 − erf(x / √2) for x of 0 and above. The rational Chebyshev fit of Numerical Recipes (erfcc), whose relative error is
// below 1.2e-7 everywhere.
fn erfc_of_root_half(x: f32) -> f32 {
  let z = x * 0.7071067811865476;
  let t = 1.0 / (1.0 + 0.5 * z);
  let p = -z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 +
      t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  return t * exp(p);
}

// Φ(x), the share of a normal distribution below x.
fn normal_below(x: f32) -> f32 {
  let erfc = erfc_of_root_half(abs(x));
  return 0.5 * select(2.0 - erfc, erfc, x < 0.0);
}

// log(1 + e^x), without overflow.
fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }
// tanh overflows in some drivers far from 0, where it is ±1 anyway.
fn safe_tanh(x: f32) -> f32 { return tanh(clamp(x, -10.0, 10.0)); }

fn activation(x: f32) -> f32 {
#if SILU
  return x / (1.0 + exp(-x));
#endif
#if GELU_TANH
  return 0.5 * x * (1.0 + safe_tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
#endif
#if GELU
  return x * normal_below(x);
#endif
#if RELU
  return max(x, 0.0);
#endif
#if TANH
  return safe_tanh(x);
#endif
#if SIGMOID
  return 1.0 / (1.0 + exp(-x));
#endif
#if QUICK_GELU
  return x / (1.0 + exp(-1.702 * x));
#endif
#if GELU_10
  return clamp(x * normal_below(x), -10.0, 10.0);
#endif
#if RELU2
  return max(x, 0.0) * max(x, 0.0);
#endif
#if RELU6
  return clamp(x, 0.0, 6.0);
#endif
#if LEAKY_RELU
  return select(x, 0.01 * x, x < 0.0);
#endif
#if RRELU
  return select(x, 0.22916666666666666 * x, x < 0.0);
#endif
#if ELU
  return select(x, exp(min(x, 0.0)) - 1.0, x < 0.0);
#endif
#if SELU
  return 1.0507009873554805 * select(x, 1.6732632423543772 * (exp(min(x, 0.0)) - 1.0), x < 0.0);
#endif
#if MISH
  return x * safe_tanh(softplus(x));
#endif
#if SOFTPLUS
  return softplus(x);
#endif
#if SQRT_SOFTPLUS
  return sqrt(softplus(x));
#endif
#if LOG_SIGMOID
  return -softplus(-x);
#endif
#if SOFTSIGN
  return x / (1.0 + abs(x));
#endif
#if TANHSHRINK
  return x - safe_tanh(x);
#endif
#if HARDSHRINK
  return select(0.0, x, abs(x) > 0.5);
#endif
#if SOFTSHRINK
  return x - clamp(x, -0.5, 0.5);
#endif
#if HARDTANH
  return clamp(x, -1.0, 1.0);
#endif
#if HARDSIGMOID
  return clamp(x + 3.0, 0.0, 6.0) / 6.0;
#endif
#if HARDSWISH
  return x * clamp(x + 3.0, 0.0, 6.0) / 6.0;
#endif
#if LAPLACE
  return normal_below((x - 0.707107) / 0.282095);
#endif
#if IDENTITY
  return x;
#endif
}
