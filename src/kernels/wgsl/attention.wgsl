// Softmax attention of one query head of one token, a workgroup each, with a running maximum (Milakov and Gimelshein
// 2018; Dao et al. 2022): WG keys at a time, first an invocation a key for the scores, then an invocation a unit of four
// elements and one of SPLITS shares of the keys for the sum of values. Tiles lie at multiples of WG from position 0, so
// that the order of the sums depends on the position alone.
#include step
#include kv
#include reduce
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> keys: array<KvUnit>;
@group(0) @binding(3) var<storage, read> values: array<KvUnit>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

const SPLITS = WG / UNITS;
const LOWEST = -3.0e38;
var<workgroup> query: array<vec4f, UNITS>;
var<workgroup> weights: array<f32, WG>;
var<workgroup> sums: array<vec4f, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u,
#if SUBGROUPS
        @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32,
#endif
        @builtin(local_invocation_index) thread: u32) {
#if SUBGROUPS
  let place = Place(thread, subgroup, lane);
#else
  let place = Place(thread, 0u, thread);
#endif
  let token = group.y;
  let head = group.x;
  let kv_head = head / (HEADS / KV_HEADS);
  let position = token_position(token);
  var first = 0u;
#if WINDOW
  if (position >= WINDOW) { first = position - WINDOW + 1u; }
#endif
  for (var i = thread; i < UNITS; i += WG) { query[i] = q[(token * HEADS + head) * UNITS + i] * SCALE; }
  workgroupBarrier();

  let unit = thread % UNITS;
  let split = thread / UNITS;
  var highest = LOWEST;
  var total = 0.0;
  var sum = vec4f();
  for (var tile = first / WG * WG; tile <= position; tile += WG) {
    let key = tile + thread;
    let seen = key >= first && key <= position;
    var score = LOWEST;
    if (seen) {
      let begin = key_at(page_of(token, key), kv_head, 0u, key % 32u);
      score = 0.0;
      for (var i = 0u; i < UNITS; i++) { score += dot(query[i], unpack_kv(keys[begin + i * 32u])); }
    }
    let next = max(highest, workgroup_max(score, place));
    let decay = exp(highest - next);
    highest = next;
    let weight = select(0.0, exp(score - next), seen);
    total = total * decay + weight;
    weights[thread] = weight;
    workgroupBarrier();
    sum *= decay;
    if (split < SPLITS) {
      let end = min(u32(WG), position + 1u - tile);
      for (var i = split; i < end; i += SPLITS) {
        let at = value_at(page_of(token, tile + i), kv_head, (tile + i) % 32u, unit);
        sum += weights[i] * unpack_kv(values[at]);
      }
    }
    workgroupBarrier();
  }
  total = workgroup_sum(total, place);
  sums[thread] = sum;
  workgroupBarrier();
  if (thread < UNITS) {
    for (var i = 1u; i < SPLITS; i++) { sum += sums[i * UNITS + thread]; }
    y[(token * HEADS + head) * UNITS + thread] = sum / total;
  }
}
