// Softmax attention of one query head of one token, a workgroup each, for tokens that are decoded. TEAMS teams of 32
// invocations take the pages of the sequence in turn, each with a maximum and sums of its own, which are merged at the end
// (Milakov and Gimelshein 2018; Dao et al. 2023, Flash-Decoding). For a page, an invocation first scores a key, then sums
// PER_LANE units of four elements over its share of the keys. Which team takes a page depends on the page's number alone,
// and so does the order of the sums.
#include step
#include kv
#include visible_keys
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> keys: array<KvUnit>;
@group(0) @binding(3) var<storage, read> values: array<KvUnit>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

const LOWEST = -3.0e38;
const WIDTH = u32(min(UNITS, 32));         // lanes that share the units of one value
const SPLITS = u32(max(1, 32 / UNITS));    // keys whose values are summed at once
var<workgroup> query: array<vec4f, UNITS>;
var<workgroup> scores: array<f32, WG>;     // by team and slot of the page
var<workgroup> highests: array<f32, TEAMS>;
var<workgroup> totals: array<f32, TEAMS>;
var<workgroup> sums: array<vec4f, WG * PER_LANE>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let token = group.y;
  let head = group.x;
  let kv_head = head / (HEADS / KV_HEADS);
  let team = thread / 32u;
  let lane = thread % 32u;
  let unit = lane % WIDTH;
  let split = lane / WIDTH;
  let first = first_key(token);
  let last = last_key(token);
  for (var i = thread; i < UNITS; i += WG) { query[i] = q[(token * HEADS + head) * UNITS + i] * SCALE; }
  workgroupBarrier();

  var highest = LOWEST;
  var total = 0.0;
#repeat r PER_LANE
  var sum_$r = vec4f();
#end
  for (var turn = first / 32u / TEAMS; turn <= last / 32u / TEAMS; turn++) {
    let begin = (turn * TEAMS + team) * 32u;  // the page's first position
    let present = begin <= last && begin + 32u > first;
    var page = 0u;
    var score = LOWEST;
    if (present) {
      page = page_of(token, begin);
      let key = begin + lane;
      if (key >= first && key <= last) {
        let at = key_at(page, kv_head, 0u, lane);
        score = 0.0;
        for (var i = 0u; i < UNITS; i += CHUNK) {
          // All loads of a chunk are on their way before the first is needed.
#repeat c CHUNK
          let key_$c = keys[at + (i + $c) * 32u];
#end
#repeat c CHUNK
          score += dot(query[i + $c], unpack_kv(key_$c));
#end
        }
      }
    }
    scores[thread] = score;
    workgroupBarrier();
    if (present) {
      var next = highest;
      for (var i = 0u; i < 32u; i++) { next = max(next, scores[team * 32u + i]); }
      let decay = exp(highest - next);
      highest = next;
      total *= decay;
      if (score > LOWEST) { total += exp(score - highest); }
#repeat r PER_LANE
      sum_$r *= decay;
#end
      if (split < SPLITS) {
        let end = min(32u, last + 1u - begin);  // slots beyond hold what an earlier sequence left, even NaN
        for (var i = split; i < end; i += SPLITS * FOUR) {
#repeat c FOUR
          let slot_$c = min(i + $c * SPLITS, end - 1u);
#repeat r PER_LANE
          let value_$c_$r = values[value_at(page, kv_head, slot_$c, min(unit + $r * 32u, UNITS - 1u))];
#end
#end
#repeat c FOUR
          let weight_$c = select(0.0, exp(scores[team * 32u + slot_$c] - highest), i + $c * SPLITS < end);
#repeat r PER_LANE
          sum_$r += weight_$c * unpack_kv(value_$c_$r);
#end
#end
        }
      }
    }
    workgroupBarrier();
  }

  scores[thread] = total;
#repeat r PER_LANE
  sums[$r * WG + thread] = sum_$r;
#end
  if (lane == 0u) { highests[team] = highest; }
  workgroupBarrier();
  if (lane == 0u) {
    var team_total = 0.0;
    for (var i = 0u; i < 32u; i++) { team_total += scores[team * 32u + i]; }
    totals[team] = team_total;
  }
  workgroupBarrier();
  if (thread < UNITS) {
    var best = highests[0];
    for (var i = 1u; i < TEAMS; i++) { best = max(best, highests[i]); }
    var all = 0.0;
    var sum = vec4f();
    for (var i = 0u; i < TEAMS; i++) {
      let weight = exp(highests[i] - best);
      all = fma(weight, totals[i], all);
      let at = thread / 32u * WG + i * 32u + thread % 32u;
      for (var s = 0u; s < SPLITS; s++) { sum = fma(vec4f(weight), sums[at + s * WIDTH], sum); }
    }
    y[(token * HEADS + head) * UNITS + thread] = sum / all;
  }
}
