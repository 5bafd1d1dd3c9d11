// What Gated DeltaNet makes of the rows of prompts before the recurrence, a workgroup a head of one token: queries and
// keys convolved and of their lengths, values convolved; and log α and β of each value head.
#include step
#include reduce
#include delta_net
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> convolution: array<f32>;
@group(0) @binding(3) var<storage, read> decay: array<f32>;
@group(0) @binding(4) var<storage, read> time_bias: array<f32>;
@group(0) @binding(5) var<storage, read> states: array<f32>;
@group(0) @binding(6) var<storage, read_write> mixed: array<f32>;  // [T, CHANNELS]
@group(0) @binding(7) var<storage, read_write> gates: array<f32>;  // [T, log α, then β, of all value heads]

const WIDEST = u32(max(KEY_DIM, VALUE_DIM));
var<workgroup> convolved: array<f32, WIDEST>;

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let token = group.y;
  let is_value = group.x >= 2u * KEY_HEADS;
  let width = select(u32(KEY_DIM), u32(VALUE_DIM), is_value);
  let begin = select(group.x * KEY_DIM, 2u * KEYS + (group.x - 2u * KEY_HEADS) * VALUE_DIM, is_value);
  let slot = token_slot(token);
  let position = token_position(token);
  var squares = 0.0;
  for (var i = thread; i < width; i += WG) {
    let channel = begin + i;
    var sum = 0.0;
    for (var tap = 0u; tap < TAPS; tap++) {
      let back = TAPS - 1u - tap;
      var value = 0.0;
      if (back <= token && same_sequence(token, token - back)) {
        value = x[(token - back) * COLUMNS + channel];
      } else {
        value = states[remembered(slot, position, back) + channel];
      }
      sum += value * convolution[channel * TAPS + tap];
    }
    let value = silu(sum);
    convolved[i] = value;
    squares += value * value;
  }
  var scale = inverseSqrt(workgroup_sum(squares, place) + LENGTH_EPSILON);
  if (group.x < KEY_HEADS) { scale *= inverseSqrt(f32(KEY_DIM)); }
  if (is_value) { scale = 1.0; }
  for (var i = thread; i < width; i += WG) { mixed[token * CHANNELS + begin + i] = convolved[i] * scale; }
  if (is_value && thread == 0u) {
    let head = group.x - 2u * KEY_HEADS;
    let at = token * COLUMNS + CHANNELS + VALUES + head;
    gates[token * (2u * VALUE_HEADS) + head] = -exp(decay[head]) * softplus(x[at + VALUE_HEADS] + time_bias[head]);
    gates[token * (2u * VALUE_HEADS) + VALUE_HEADS + head] = sigmoid(x[at]);
  }
}
