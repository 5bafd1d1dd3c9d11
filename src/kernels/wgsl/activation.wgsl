// One of IDENTITY, SILU, GELU, GELU_TANH, RELU, TANH is set.
fn activation(x: f32) -> f32 {
#if SILU
  return x / (1.0 + exp(-x));
#endif
#if GELU_TANH
  // tanh overflows in some drivers far from 0, where it is ±1 anyway.
  let t = clamp(0.7978845608028654 * (x + 0.044715 * x * x * x), -10.0, 10.0);
  return 0.5 * x * (1.0 + tanh(t));
#endif
#if GELU
  // x · Φ(x). The complementary error function by the rational Chebyshev fit of Numerical Recipes (erfcc), whose
  // relative error is below 1.2e-7 everywhere.
  let z = abs(x) * 0.7071067811865476;
  let t = 1.0 / (1.0 + 0.5 * z);
  let p = -z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 +
      t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  let erfc = t * exp(p);
  return 0.5 * x * select(2.0 - erfc, erfc, x < 0.0);
#endif
#if RELU
  return max(x, 0.0);
#endif
#if TANH
  return tanh(clamp(x, -10.0, 10.0));
#endif
#if IDENTITY
  return x;
#endif
}
