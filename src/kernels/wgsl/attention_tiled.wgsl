// Softmax attention for prompts: a workgroup takes one head of four tokens that stand next to each other, so that a key
// or a value is read once for all four; what belongs to the four stands in one vector. TEAMS teams of 32 invocations take
// PAGES pages of the sequence in turn, each with maxima and sums of its own, which are merged at the end (Milakov and
// Gimelshein 2018; Dao et al. 2023, Flash-Decoding). An invocation first scores one key of each page, then sums PER_LANE
// units of four elements over its share of the keys. Keys that a query must not see have weight 0, so its sums are the
// same whatever its neighbours are.
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
const KEYS = PAGES * 32u;                  // of a team's turn
// Queries while keys are scored, and sums once that is done: workgroup memory is 16 KiB on some devices.
var<workgroup> shared_units: array<vec4f, max(4 * UNITS, WG * PER_LANE)>;
var<workgroup> scores: array<vec4f, TEAMS * KEYS>;
var<workgroup> weights: array<vec4f, TEAMS * KEYS>;
var<workgroup> highests: array<vec4f, TEAMS>;
var<workgroup> totals: array<vec4f, TEAMS>;

// The tokens from `begin` up to `end`, at most four, all of one sequence.
fn attend(begin: u32, end: u32, head: u32, thread: u32) {
  let kv_head = head / (HEADS / KV_HEADS);
  let team = thread / 32u;
  let lane = thread % 32u;
  let unit = lane % WIDTH;
  let split = lane / WIDTH;
  // A query that is not there sees no key.
  var firsts = vec4u(1u);
  var lasts = vec4u(0u);
  var first = first_key(begin);
  var last = last_key(begin);
#repeat c FOUR
  if (begin + $c < end) {
    firsts[$c] = first_key(begin + $c);
    lasts[$c] = last_key(begin + $c);
    first = min(first, firsts[$c]);
    last = max(last, lasts[$c]);
  }
#end
  for (var i = thread; i < (end - begin) * UNITS; i += WG) {
    shared_units[i] = q[((begin + i / UNITS) * HEADS + head) * UNITS + i % UNITS] * SCALE;
  }
  workgroupBarrier();

  var highest = vec4f(LOWEST);
  var total = vec4f();
#repeat c FOUR
#repeat r PER_LANE
  var sum_$c_$r = vec4f();
#end
#end
  for (var turn = first / KEYS / TEAMS; turn <= last / KEYS / TEAMS; turn++) {
    let turn_begin = (turn * TEAMS + team) * KEYS;  // the team's first position
    let present = turn_begin <= last && turn_begin + KEYS > first;
#repeat p PAGES
    var page_$p = 0u;
    var score_$p = vec4f();
#end
    if (present) {
#repeat p PAGES
      // Where a page does not exist, another stands in for it; nobody sees its keys.
      page_$p = page_of(begin, min(turn_begin + $p * 32u, last));
      let at_$p = key_at(page_$p, kv_head, 0u, lane);
#end
      for (var i = 0u; i < UNITS; i += CHUNK) {
        // All loads of a chunk are on their way before the first is needed.
#repeat k CHUNK
#repeat p PAGES
        let unit_$k_$p = keys[at_$p + (i + $k) * 32u];
#end
#end
#repeat k CHUNK
#repeat p PAGES
        let key_$k_$p = unpack_kv(unit_$k_$p);
#end
#repeat c FOUR
        {
          let query = shared_units[$c * UNITS + i + $k];
#repeat p PAGES
          score_$p[$c] += dot(query, key_$k_$p);
#end
        }
#end
#end
      }
    }
#repeat p PAGES
    let key_$p = vec4u(turn_begin + $p * 32u + lane);
    score_$p = select(vec4f(LOWEST), score_$p, (key_$p >= firsts) & (key_$p <= lasts));
    scores[team * KEYS + $p * 32u + lane] = score_$p;
#end
    workgroupBarrier();
    var next = highest;
    for (var i = 0u; i < KEYS; i++) { next = max(next, scores[team * KEYS + i]); }
    let decay = exp(highest - next);
    highest = next;
    total *= decay;
#repeat p PAGES
    let weight_$p = select(vec4f(), exp(score_$p - highest), score_$p > vec4f(LOWEST));
    total += weight_$p;
    weights[team * KEYS + $p * 32u + lane] = weight_$p;
#end
#repeat c FOUR
#repeat r PER_LANE
    sum_$c_$r *= decay[$c];
#end
#end
    workgroupBarrier();
    if (present && split < SPLITS) {
#repeat p PAGES
      {
        // Slots beyond the last hold what an earlier sequence left, even NaN, and so may a page before the first, for
        // which another stands.
        let page_begin = turn_begin + $p * 32u;
        let slots = select(0u, min(32u, max(last + 1u, page_begin) - page_begin), page_begin + 32u > first);
        for (var i = split; i < slots; i += SPLITS) {
          let weight = weights[team * KEYS + $p * 32u + i];
#repeat r PER_LANE
          let value_$r = unpack_kv(values[value_at(page_$p, kv_head, i, min(unit + $r * 32u, UNITS - 1u))]);
#repeat c FOUR
          sum_$c_$r += weight[$c] * value_$r;
#end
#end
        }
      }
#end
    }
  }

  workgroupBarrier();
  scores[thread] = total;
  if (lane == 0u) { highests[team] = highest; }
  workgroupBarrier();
  if (lane == 0u) {
    var team_total = vec4f();
    for (var i = 0u; i < 32u; i++) { team_total += scores[team * 32u + i]; }
    totals[team] = team_total;
  }
#repeat c FOUR
#repeat r PER_LANE
  shared_units[$r * WG + thread] = sum_$c_$r;
#end
  workgroupBarrier();
  if (thread < UNITS && begin + $c < end) {
    var best = highests[0][$c];
    for (var i = 1u; i < TEAMS; i++) { best = max(best, highests[i][$c]); }
    var all = 0.0;
    var sum = vec4f();
    for (var i = 0u; i < TEAMS; i++) {
      let weight = exp(highests[i][$c] - best);
      all += weight * totals[i][$c];
      let at = thread / 32u * WG + i * 32u + thread % 32u;
      for (var s = 0u; s < SPLITS; s++) { sum += weight * shared_units[at + s * WIDTH]; }
    }
    y[((begin + $c) * HEADS + head) * UNITS + thread] = sum / all;
  }
  workgroupBarrier();
#end
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let end = min((group.y + 1u) * 4u, step_tokens());
  for (var token = group.y * 4u; token < end;) {
    var after = token + 1u;
    while (after < end && same_sequence(token, after)) { after++; }
    attend(token, after, group.x, thread);
    token = after;
  }
}
