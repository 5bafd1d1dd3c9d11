// One of several inputs that are put side by side: its columns become those from BEGIN on.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < COLUMNS) { y[id.y * OUTPUTS + BEGIN + id.x] = x[id.y * COLUMNS + id.x]; }
}
