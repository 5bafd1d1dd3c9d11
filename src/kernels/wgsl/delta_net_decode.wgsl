// Gated DeltaNet for decoded tokens, a workgroup a value head of a sequence: the convolution, one step of the recurrence,
// the norm and the gate, and the same for the guesses behind it. o = α Sᵀ q + (k · q) δ, so the state is read once for both products and once to be written.
#include step
#include reduce
#include delta_net
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> convolution: array<f32>;
@group(0) @binding(3) var<storage, read> decay: array<f32>;
@group(0) @binding(4) var<storage, read> time_bias: array<f32>;
@group(0) @binding(5) var<storage, read> norm: array<f32>;
@group(0) @binding(6) var<storage, read_write> states: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

const SPLITS = u32(WG / VALUE_DIM);  // invocations that share a column of the state
const MIXED = 2u * KEY_DIM + VALUE_DIM;
var<workgroup> mixed: array<f32, MIXED>;  // query, key and value of the head
var<workgroup> knowns: array<f32, WG>;
var<workgroup> askeds: array<f32, WG>;

fn run(group: vec3u, place: Place) {
  let first = group.y;
  if (first > 0u && same_sequence(first, first - 1u)) { return; }
  let tokens = step_tokens();
  for (var token = first; token < tokens && same_sequence(token, first); token++) {
    decode(token, first, group.x, place);
  }
}

fn decode(token: u32, first: u32, head: u32, place: Place) {
  let thread = place.thread;
  let key_head = head / GROUP;
  let slot = token_slot(token);
  let before = token_slot(max(token, first + 1u) - 1u);
  let position = token_position(token);
  let row = token * COLUMNS;
  for (var i = thread; i < MIXED; i += WG) {
    var channel = key_head * KEY_DIM + i;
    if (i >= 2u * KEY_DIM) {
      channel = 2u * KEYS + head * VALUE_DIM + i - 2u * KEY_DIM;
    } else if (i >= KEY_DIM) {
      channel += KEYS - KEY_DIM;
    }
    let own = x[row + channel];
    // What the slot of the first token gets here is nothing that is read from there, so no head disturbs another; those
    // of the guesses are read by the next step.
    let remembers = i >= 2u * KEY_DIM || head % GROUP == 0u;
    var sum = 0.0;
    for (var back = TAPS - 1u; back > 0u; back--) {
      var earlier = 0.0;
      if (back > token - first) {
        earlier = states[remembered(token_slot(first), position, back) + channel];
      } else {
        earlier = x[row - back * COLUMNS + channel];
      }
      sum += earlier * convolution[channel * TAPS + TAPS - 1u - back];
      if (remembers && token > first) { states[remembered(slot, position, back) + channel] = earlier; }
    }
    mixed[i] = silu(sum + own * convolution[channel * TAPS + TAPS - 1u]);
    if (remembers) { states[remembered(slot, position, 0u) + channel] = own; }
  }
  workgroupBarrier();
  var products = vec3f();
  for (var i = thread; i < KEY_DIM; i += WG) {
    let q = mixed[i];
    let k = mixed[KEY_DIM + i];
    products += vec3f(q * q, k * k, q * k);
  }
  let query_scale = inverseSqrt(workgroup_sum(products.x, place) + LENGTH_EPSILON) * inverseSqrt(f32(KEY_DIM));
  let key_scale = inverseSqrt(workgroup_sum(products.y, place) + LENGTH_EPSILON);
  let key_match = workgroup_sum(products.z, place) * query_scale * key_scale;

  let gates = row + CHANNELS + VALUES + head;
  let beta = sigmoid(x[gates]);
  let alpha = exp(-exp(decay[head]) * softplus(x[gates + VALUE_HEADS] + time_bias[head]));
  let column = thread % VALUE_DIM;
  let split = thread / VALUE_DIM;
  let begin = state_begin(before, head) + column;
  let next = state_begin(slot, head) + column;
  var known = 0.0;
  var asked = 0.0;
  if (split < SPLITS) {
    for (var i = split; i < KEY_DIM; i += SPLITS) {
      let s = states[begin + i * VALUE_DIM];
      known += s * mixed[KEY_DIM + i];
      asked += s * mixed[i];
    }
  }
  knowns[thread] = known;
  askeds[thread] = asked;
  workgroupBarrier();
  known = 0.0;
  asked = 0.0;
  for (var i = 0u; i < SPLITS; i++) {
    known += knowns[i * VALUE_DIM + column];
    asked += askeds[i * VALUE_DIM + column];
  }
  let update = beta * (mixed[2u * KEY_DIM + column] - alpha * key_scale * known);
  let output = alpha * query_scale * asked + key_match * update;
  if (split < SPLITS) {
    for (var i = split; i < KEY_DIM; i += SPLITS) {
      let at = i * VALUE_DIM;
      states[next + at] = alpha * states[begin + at] + mixed[KEY_DIM + i] * key_scale * update;
    }
  }
  let squares = workgroup_sum(select(0.0, output * output, thread < VALUE_DIM), place);
  if (thread < VALUE_DIM) {
    let factor = inverseSqrt(squares / f32(VALUE_DIM) + EPSILON);
    let at = head * VALUE_DIM + column;
    y[token * VALUES + at] = output * factor * norm[column] * silu(x[row + CHANNELS + at]);
  }
}
