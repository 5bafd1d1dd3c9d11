// What leaves the recurrence of Gated DeltaNet, normalised and gated in place; a workgroup a value head of one token.
#include reduce
#include delta_net
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(5) var<storage, read> norm: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

fn run(group: vec3u, place: Place) {
  let begin = group.y * VALUES + group.x * VALUE_DIM;
  let z = group.y * COLUMNS + CHANNELS + group.x * VALUE_DIM;
  var squares = 0.0;
  for (var i = place.thread; i < VALUE_DIM; i += WG) { squares += y[begin + i] * y[begin + i]; }
  let factor = inverseSqrt(workgroup_sum(squares, place) / f32(VALUE_DIM) + EPSILON);
  for (var i = place.thread; i < VALUE_DIM; i += WG) { y[begin + i] *= factor * norm[i] * silu(x[z + i]); }
}
