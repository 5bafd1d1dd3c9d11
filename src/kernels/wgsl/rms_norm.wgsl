// Each run of RUN columns over its root mean square, times the weight; a workgroup a run. With RESIDUAL plus that, and
// with FACTOR all of it times one number.
#include reduce
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
#if RESIDUAL
@group(0) @binding(3) var<storage, read> residual: array<f32>;
#endif
#if FACTOR
@group(0) @binding(4) var<storage, read> common_factor: array<f32>;
#endif

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let begin = (group.y * RUNS + group.x) * RUN;
  var squares = 0.0;
  for (var i = thread; i < RUN; i += WG) { squares += x[begin + i] * x[begin + i]; }
  let factor = inverseSqrt(workgroup_sum(squares, place) / f32(RUN) + EPSILON);
  for (var i = thread; i < RUN; i += WG) {
    var value = x[begin + i] * factor * weight[i];
#if RESIDUAL
    value += residual[begin + i];
#endif
#if FACTOR
    value *= common_factor[0];
#endif
    y[begin + i] = value;
  }
}
