// Each run of RUN columns over its root mean square, times the weight; a workgroup a run.
#include reduce
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let begin = (group.y * RUNS + group.x) * RUN;
  var squares = 0.0;
  for (var i = thread; i < RUN; i += WG) { squares += x[begin + i] * x[begin + i]; }
  let factor = inverseSqrt(workgroup_sum(squares, place) / f32(RUN) + EPSILON);
  for (var i = thread; i < RUN; i += WG) { y[begin + i] = x[begin + i] * factor * weight[i]; }
}
