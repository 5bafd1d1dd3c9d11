// The epilogue of every linear kernel: y = activation(product + bias) + residual, or activation(a) · b when GATED, and
// with SOFTCAP, a bound, softcap · tanh(activation(product + bias) / softcap).
// Packed rows of a gated weight alternate: 2i is row i of the first half, 2i + 1 row i of the second.
#include activation
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
#if BIAS
@group(0) @binding(5) var<storage, read> bias: array<f32>;
#endif
#if RESIDUAL
@group(0) @binding(6) var<storage, read> residual: array<f32>;
#endif

// `column` counts the outputs of this part of the weight, which begins at output BEGIN and has PART_COLUMNS.
fn store(token: u32, column: u32, a: f32, b: f32) {
  let at = token * COLUMNS + BEGIN + column;
  // Kernels work on whole tiles of tokens; the buffer ends with the last row of the step's capacity.
  if (column >= PART_COLUMNS || at >= arrayLength(&y)) { return; }
#if RESIDUAL
  if (at >= arrayLength(&residual)) { return; }  // either may be in a larger buffer than it needs
#endif
  var first = a;
#if BIAS
  first += bias[BEGIN + column];
#endif
  var value = activation(first);
#if SOFTCAP
  value = SOFTCAP * safe_tanh(value / SOFTCAP);
#endif
#if GATED
#if BIAS
  value *= b + bias[COLUMNS + BEGIN + column];
#else
  value *= b;
#endif
#endif
#if RESIDUAL
  value += residual[at];
#endif
  y[at] = value;
}
