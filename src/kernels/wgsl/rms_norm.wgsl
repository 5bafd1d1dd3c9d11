// Each run of RUN columns over its root mean square, times the weight; a workgroup a run.
#include reduce
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u,
#if SUBGROUPS
        @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32,
#endif
        @builtin(local_invocation_index) thread: u32) {
#if SUBGROUPS
  let place = Place(thread, subgroup, lane);
#else
  let place = Place(thread, 0u, thread);
#endif
  let begin = (group.y * RUNS + group.x) * RUN;
  var squares = 0.0;
  for (var i = thread; i < RUN; i += WG) { squares += x[begin + i] * x[begin + i]; }
  let factor = inverseSqrt(workgroup_sum(squares, place) / f32(RUN) + EPSILON);
  for (var i = thread; i < RUN; i += WG) { y[begin + i] = x[begin + i] * factor * weight[i]; }
}
