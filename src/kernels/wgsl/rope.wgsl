// Rotary position embedding of every head: element i < HALF pairs with i + HALF, the rest of a head passes through.
#include step
#include angles
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS) { return; }
  let at = id.y * COLUMNS + id.x;
  let i = id.x % HEAD_DIM;
  var value = x[at];
  if (i < HALF) {
    let a = angle(id.y, i);
    value = value * a.x - x[at + HALF] * a.y;
  } else if (i < 2u * HALF) {
    let a = angle(id.y, i - HALF);
    value = value * a.x + x[at - HALF] * a.y;
  }
  y[at] = value;
}
