// Puts the convolution's inputs of the last tokens of each prompt where the next step finds them.
#include step
#include delta_net
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> states: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let token = id.y;
  let position = token_position(token);
  if (id.x >= CHANNELS || position + TAPS < sequence_length(token)) { return; }
  states[remembered(token_slot(token), position, 0u) + id.x] = x[token * COLUMNS + id.x];
}
