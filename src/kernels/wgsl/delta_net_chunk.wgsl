// What Gated DeltaNet makes of a chunk without its state, a workgroup a value head of the chunks that begin in 64 rows
// (Yang et al. 2024, Parallelizing Linear Transformers with the Delta Rule over Sequence Length). With Γ_i the product of
// α up to token i of the chunk and L_ij = β_i Γ_i / Γ_j (k_i · k_j) for j < i, T = (I + L)⁻¹ (the UT transform):
//   solved = T β Γ k and T β v, mixing_ij = Γ_i / Γ_j (q_i · k_j) for j ≤ i, and log Γ in the place of log α.
#include step
#include delta_net
@group(0) @binding(1) var<storage, read> mixed: array<f32>;
@group(0) @binding(2) var<storage, read_write> gates: array<f32>;
@group(0) @binding(3) var<storage, read_write> solved: array<f32>;  // [T, VALUE_HEADS, KEY_DIM + VALUE_DIM]
@group(0) @binding(4) var<storage, read_write> mixing: array<f32>;  // [T, VALUE_HEADS, 64]

const SOLVED = u32(KEY_DIM + VALUE_DIM);
const DEPTH = 8u;  // columns of keys and queries that are multiplied at once
var<workgroup> keys: array<f32, 512>;  // [DEPTH, 64]
var<workgroup> queries: array<f32, 512>;
var<workgroup> lower: array<f32, 2016>;  // L, then T, below the diagonal: row i begins at i (i − 1) / 2
var<workgroup> decays: array<f32, 64>;   // log α, then log Γ
var<workgroup> betas: array<f32, 64>;
var<workgroup> key_factors: array<f32, 64>;  // β Γ

fn row_begin(i: u32) -> u32 { return i * (max(i, 1u) - 1u) / 2u; }
fn weakened(i: u32, j: u32) -> f32 { return exp(min(decays[i] - decays[j], 0.0)); }

// T_ij, the diagonal and what is above it included.
fn inverse(i: u32, j: u32) -> f32 {
  if (j < i) { return lower[row_begin(i) + j]; }
  return select(0.0, 1.0, i == j);
}

fn solve_chunk(first: u32, count: u32, head: u32, thread: u32) {
  let key_head = head / GROUP;
  if (thread < 64u) {
    let at = (first + min(thread, count - 1u)) * (2u * VALUE_HEADS) + head;
    decays[thread] = select(0.0, gates[at], thread < count);
    betas[thread] = gates[at + VALUE_HEADS];
  }
  workgroupBarrier();
  var total = 0.0;
  if (thread < 64u) {
    for (var i = 0u; i <= thread; i++) { total += decays[i]; }
  }
  workgroupBarrier();
  if (thread < 64u) {
    decays[thread] = total;
    key_factors[thread] = betas[thread] * exp(total);
    if (thread < count) { gates[(first + thread) * (2u * VALUE_HEADS) + head] = total; }
  }

  // Products of pairs: an invocation has rows y, y + 16, … and columns x, x + 16, …, four of each.
  let x = thread % 16u;
  let y = thread / 16u;
#repeat r FOUR
  var key_pairs_$r = vec4f();
  var query_pairs_$r = vec4f();
#end
  for (var depth = 0u; depth < KEY_DIM; depth += DEPTH) {
    workgroupBarrier();
    for (var i = thread; i < 64u * DEPTH; i += WG) {
      let row = i / DEPTH;
      let column = i % DEPTH;
      let at = (first + min(row, count - 1u)) * CHANNELS + key_head * KEY_DIM + min(depth + column, KEY_DIM - 1u);
      let inside = row < count && depth + column < KEY_DIM;
      queries[column * 64u + row] = select(0.0, mixed[at], inside);
      keys[column * 64u + row] = select(0.0, mixed[at + KEYS], inside);
    }
    workgroupBarrier();
    for (var d = 0u; d < 64u * DEPTH; d += 64u) {
      let others = vec4f(keys[d + x], keys[d + x + 16u], keys[d + x + 32u], keys[d + x + 48u]);
#repeat r FOUR
      key_pairs_$r += keys[d + y + $r * 16u] * others;
      query_pairs_$r += queries[d + y + $r * 16u] * others;
#end
    }
  }
#repeat r FOUR
#repeat s FOUR
  {
    let i = y + $r * 16u;
    let j = x + $s * 16u;
    let factor = weakened(i, j);
    if (j < i) { lower[row_begin(i) + j] = betas[i] * factor * key_pairs_$r[$s]; }
    if (i < count) {
      mixing[((first + i) * VALUE_HEADS + head) * 64u + j] = select(0.0, factor * query_pairs_$r[$s], j <= i);
    }
  }
#end
#end
  workgroupBarrier();

  // Row after row, in place: T_ij = −L_ij − Σ_m L_im T_mj.
  for (var i = 1u; i < count; i++) {
    let begin = row_begin(i);
    var sum = 0.0;
    if (thread < i) {
      sum = -lower[begin + thread];
      for (var m = thread + 1u; m < i; m++) { sum -= lower[begin + m] * lower[row_begin(m) + thread]; }
    }
    workgroupBarrier();
    if (thread < i) { lower[begin + thread] = sum; }
    workgroupBarrier();
  }

  for (var column = thread; column < SOLVED; column += WG) {
    let is_key = column < KEY_DIM;
    var source = KEYS + key_head * KEY_DIM + column;
    if (!is_key) { source = 2u * KEYS + head * VALUE_DIM + column - KEY_DIM; }
    for (var i = 0u; i < count; i += 8u) {
#repeat r EIGHT
      var sum_$r = 0.0;
#end
      let end = min(i + 8u, count);
      for (var j = 0u; j < end; j++) {
        let right = mixed[(first + j) * CHANNELS + source] * select(betas[j], key_factors[j], is_key);
#repeat r EIGHT
        sum_$r += inverse(i + $r, j) * right;
#end
      }
#repeat r EIGHT
      if (i + $r < count) { solved[((first + i + $r) * VALUE_HEADS + head) * SOLVED + column] = sum_$r; }
#end
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let end = min((group.y + 1u) * 64u, step_tokens());
  for (var token = group.y * 64u; token < end;) {
    let position = token_position(token);
    let count = min(64u - position % 64u, sequence_length(token) - position);
    // The rest of a chunk that begins before these rows is another workgroup's.
    if (position % 64u == 0u || token == 0u || !same_sequence(token - 1u, token)) {
      solve_chunk(token, count, group.x, thread);
    }
    token += count;
  }
}
