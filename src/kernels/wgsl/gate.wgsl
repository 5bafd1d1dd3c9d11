// a times the activation of columns [BEGIN, BEGIN + COLUMNS) of rows of INPUTS columns.
#include activation
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS) { return; }
  let at = id.y * COLUMNS + id.x;
  y[at] = a[at] * activation(x[id.y * INPUTS + BEGIN + id.x]);
}
