// Each row minus its mean, over its standard deviation, times the weight, plus the bias where there is one; a workgroup
// a row. The mean is subtracted before squaring: E(x²) − E(x)² would cancel where the mean is large.
#include reduce
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
#if BIAS
@group(0) @binding(3) var<storage, read> bias: array<f32>;
#endif

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let begin = group.y * COLUMNS;
  var sum = 0.0;
  for (var i = thread; i < COLUMNS; i += WG) { sum += x[begin + i]; }
  let mean = workgroup_sum(sum, place) / f32(COLUMNS);
  var squares = 0.0;
  for (var i = thread; i < COLUMNS; i += WG) {
    let centred = x[begin + i] - mean;
    squares += centred * centred;
  }
  let factor = inverseSqrt(workgroup_sum(squares, place) / f32(COLUMNS) + EPSILON);
  for (var i = thread; i < COLUMNS; i += WG) {
#if BIAS
    y[begin + i] = (x[begin + i] - mean) * factor * weight[i] + bias[i];
#else
    y[begin + i] = (x[begin + i] - mean) * factor * weight[i];
#endif
  }
}
