// The wanted rows of a pass, each to its place among those of the whole step.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> selected: array<vec2u>;  // the row of the pass, and the place
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS) { return; }
  let wanted = selected[id.y];
  y[wanted.y * COLUMNS + id.x] = x[wanted.x * COLUMNS + id.x];
}
