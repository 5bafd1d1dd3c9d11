// Gated DeltaNet from chunk to chunk, a workgroup QUADS · 4 columns of a value head of the sequences that begin in 64
// rows. With what delta_net_chunk has solved, the updates of a chunk that begins with state S are
//   u = (T β v) − (T β Γ k) S, then o_i = Γ_i Sᵀ q_i + Σ_j mixing_ij u_j, and S becomes Γ_n S + Σ_j Γ_n / Γ_j k_j u_jᵀ.
#include step
#include delta_net
@group(0) @binding(1) var<storage, read> mixed: array<vec4f>;
@group(0) @binding(2) var<storage, read> gates: array<f32>;
@group(0) @binding(3) var<storage, read> solved: array<vec4f>;
@group(0) @binding(4) var<storage, read> mixing: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4f>;

const UNITS = u32(VALUE_DIM / 4);
const KEY_UNITS = u32(KEY_DIM / 4);
const BLOCKS = (UNITS + QUADS - 1u) / QUADS;  // of columns
const STATE = u32(KEY_DIM * QUADS);
var<workgroup> state: array<vec4f, STATE>;
const UPDATES = u32(64 * QUADS);
var<workgroup> updates: array<vec4f, UPDATES>;
var<workgroup> remaining: array<f32, 64>;  // Γ_n / Γ_j

fn run_chunk(first: u32, count: u32, head: u32, unit: u32, thread: u32) {
  let row = thread / QUADS;
  let quad = thread % QUADS;
  let token = first + min(row, count - 1u);
  let last = gates[(first + count - 1u) * (2u * VALUE_HEADS) + head];
  let own = gates[token * (2u * VALUE_HEADS) + head];
  let keys = (KEYS + head / GROUP * KEY_DIM) / 4u;
  if (quad == 0u) { remaining[row] = exp(last - own); }
  let begin = (token * VALUE_HEADS + head) * (KEY_UNITS + UNITS);
  let query = (token * CHANNELS + head / GROUP * KEY_DIM) / 4u;
  var update = solved[begin + KEY_UNITS + min(unit + quad, UNITS - 1u)];
  var output = vec4f();
  for (var k = 0u; k < KEY_UNITS; k++) {
    let w = solved[begin + k];
    let q = mixed[query + k];
#repeat d FOUR
    let s_$d = state[(4u * k + $d) * QUADS + quad];
    update -= w[$d] * s_$d;
    output += q[$d] * s_$d;
#end
  }
  updates[thread] = select(vec4f(), update, row < count);
  workgroupBarrier();
  output *= exp(own);
  for (var j = 0u; j <= row / 4u; j++) {
    let factors = mixing[(token * VALUE_HEADS + head) * 16u + j];
#repeat d FOUR
    output += factors[$d] * updates[(4u * j + $d) * QUADS + quad];
#end
  }
  if (row < count && unit + quad < UNITS) { y[(token * VALUE_HEADS + head) * UNITS + unit + quad] = output; }
  let kept = exp(last);
  for (var i = thread; i < KEY_UNITS * QUADS; i += WG) {
    let k = i / QUADS;
    let column = i % QUADS;
#repeat d FOUR
    var s_$d = kept * state[(4u * k + $d) * QUADS + column];
#end
    for (var j = 0u; j < count; j++) {
      let key = remaining[j] * mixed[(first + j) * (CHANNELS / 4u) + keys + k];
      let change = updates[j * QUADS + column];
#repeat d FOUR
      s_$d += key[$d] * change;
#end
    }
#repeat d FOUR
    state[(4u * k + $d) * QUADS + column] = s_$d;
#end
  }
  workgroupBarrier();
}

fn run_sequence(begin: u32, end: u32, group: u32, thread: u32) {
  let head = group / BLOCKS;
  let unit = group % BLOCKS * QUADS;  // the first of four columns
  let stored = state_begin(token_slot(begin), head) / 4u;
  for (var i = thread; i < STATE; i += WG) {
    state[i] = states[stored + i / QUADS * UNITS + min(unit + i % QUADS, UNITS - 1u)];
  }
  workgroupBarrier();
  for (var first = begin; first < end;) {
    let count = min(64u - token_position(first) % 64u, end - first);
    run_chunk(first, count, head, unit, thread);
    first += count;
  }
  for (var i = thread; i < STATE; i += WG) {
    if (unit + i % QUADS < UNITS) { states[stored + i / QUADS * UNITS + unit + i % QUADS] = state[i]; }
  }
  workgroupBarrier();
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let end = min((group.y + 1u) * 64u, step_tokens());
  for (var token = group.y * 64u; token < end;) {
    let after = token + sequence_length(token) - token_position(token);
    if (token == 0u || !same_sequence(token - 1u, token)) { run_sequence(token, after, group.x, thread); }
    token = after;
  }
}
