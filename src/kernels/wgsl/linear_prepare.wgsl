// The inputs of a matrix-matrix product, one workgroup a token: permuted, multiplied by the weights of a norm, padded with
// zeros to whole steps of 32, and in f16 where the device multiplies f16. Each row comes with the factor that its products are
// to be multiplied by: 1 / rms of the norm, and with F16 the power of two that keeps the row inside the range of f16.
#include reduce
@group(0) @binding(0) var<storage, read> x: array<f32>;
#if F16
@group(0) @binding(1) var<storage, read_write> prepared: array<f16>;
#else
@group(0) @binding(1) var<storage, read_write> prepared: array<f32>;
#endif
@group(0) @binding(2) var<storage, read_write> factors: array<f32>;
#if NORM
@group(0) @binding(3) var<storage, read> norm: array<f32>;
#endif
#if PERMUTED
@group(0) @binding(4) var<storage, read> permutation: array<u32>;
#endif

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let row = group.y * INPUTS;
  var factor = 1.0;
#if NORM
  var squares = 0.0;
  for (var i = thread; i < INPUTS; i += WG) { squares += x[row + i] * x[row + i]; }
  factor = inverseSqrt(workgroup_sum(squares, place) / f32(INPUTS) + EPSILON);
#endif
  var power = 1.0;
#if F16
  var largest = 0.0;
  for (var i = thread; i < INPUTS; i += WG) {
#if NORM
    largest = max(largest, abs(x[row + i] * norm[i]));
#else
    largest = max(largest, abs(x[row + i]));
#endif
  }
  // Keeps every element below 512: sums of a few thousand products stay far from the end of the range, too.
  largest = workgroup_max(largest, place);
  power = exp2(clamp(8.0 - floor(log2(max(largest, 1e-30))), -60.0, 60.0));
#endif
  for (var i = thread; i < PADDED_INPUTS; i += WG) {
    var value = 0.0;
    if (i < INPUTS) {
#if PERMUTED
      let origin = permutation[i];
#else
      let origin = i;
#endif
      value = x[row + origin] * power;
#if NORM
      value *= norm[origin];
#endif
    }
#if F16
    prepared[group.y * PADDED_INPUTS + i] = f16(value);
#else
    prepared[group.y * PADDED_INPUTS + i] = value;
#endif
  }
  if (thread == 0u) { factors[group.y] = factor / power; }
}
