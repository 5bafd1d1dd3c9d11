// The next token of each row of logits, a workgroup a row; the semantics are those of backends/sampling.hpp. Thresholds
// (the k-th largest, the border of top_p) are found by search: count or weigh what lies at or above three candidates
// at once, and keep the interval in which the answer lies. No sort, and exact.
#include reduce
#include best_token
@group(0) @binding(0) var<storage, read_write> logits: array<f32>;
// ROW_WORDS words a row: its number among the logits, temperature, top_k, top_p, min_p, seed (low, high), step, where
// its adjustments begin, how many, where its mask begins or NO_MASK. Adjustments follow, three words each: token,
// penalty, add.
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> chosen: array<u32>;
// The logits that adjustments change, until the choice is made: others want them as they were. As long as `rows`.
@group(0) @binding(3) var<storage, read_write> kept: array<f32>;
// A bit a token, whether it may be chosen.
@group(0) @binding(4) var<storage, read> masks: array<u32>;

const ROW_WORDS = 11u;
const NO_MASK = 0xffffffffu;
const LEAST_ALLOWED = -1e38;  // above LOWEST, which what is forbidden counts as
const LOWEST_SCALED = -256.0;
const LARGEST_LOGIT = 1e30;  // after adjustments

// Increases with the float; no NaN.
fn order(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn permute(v: u32) -> u32 {
  let state = v * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// −log(−log u) for u = (bits + 0.5) / 2^32, as f32.
fn gumbel(bits: u32) -> f32 {
  // bits + 0.5 rounded to nearest even, without a wider type: above 2^25 an odd number is never half way.
  var x = f32(bits | 1u);
  if (bits < 0x2000000u) { x = f32((bits + 1u) & 0xfffffffeu); }
  if (bits < 0x1000000u) { x = f32(bits) + 0.5; }
  let u = min(x * 2.3283064365386963e-10, 0.99999994);
  var e = -log(u);
  if (u > 0.5) {
    // Here log may be wrong by 2^-21 (WGSL's accuracy table), more than its value; the area hyperbolic tangent is not.
    let w = 1.0 - u;
    let z = w / (2.0 - w);
    let s = z * z;
    e = 2.0 * z * (1.0 + s * (1.0 / 3.0 + s * (0.2 + s * (1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0 + s * (1.0 / 13.0 +
        s * (1.0 / 15.0))))))));
  }
  return -log(e);
}

struct Candidates {
  begin: u32,        // of the row in logits
  mask: u32,         // where it begins
  temperature: f32,
  highest: f32,      // of the logits
  threshold: u32,    // order() of the smallest that is kept
}

fn logit(row: Candidates, i: u32) -> f32 {
  let l = logits[row.begin + i];
  if (row.mask == NO_MASK) { return l; }
  return select(LOWEST, max(l, LEAST_ALLOWED), ((masks[row.mask + i / 32u] >> (i % 32u)) & 1u) != 0u);
}

// The distance to the highest logit in temperatures: 0 for the highest itself, not below LOWEST_SCALED.
fn scaled(row: Candidates, i: u32) -> f32 {
  let distance = logit(row, i) - row.highest;
  if (distance > LOWEST_SCALED * row.temperature) { return distance / row.temperature; }
  return select(LOWEST_SCALED, 0.0, distance == 0.0);
}

// The largest t in [low, high) for which the kept elements with order() ≥ t number (or, with `weigh`, weigh) at least
// `wanted`. `low` must satisfy that, `high` must not.
fn search(row: Candidates, low: u32, high: u32, wanted: f32, weigh: bool, place: Place) -> u32 {
  var a = low;
  var b = high;
  for (var round = 0u; round < 16u; round++) {  // each divides the interval by four
    let quarter = max((b - a) / 4u, 1u);
    let t1 = min(a + quarter, b);
    let t2 = min(a + 2u * quarter, b);
    let t3 = min(a + 3u * quarter, b);
    var sums = vec3f();
    if (b - a > 1u) {
      for (var i = place.thread; i < VOCABULARY; i += WG) {
        let l = scaled(row, i);
        let key = order(l);
        if (key >= t1 && key >= row.threshold) {
          sums += select(1.0, exp(l), weigh) * vec3f(vec3<bool>(true, key >= t2, key >= t3));
        }
      }
    }
    let s1 = workgroup_sum(sums.x, place);
    let s2 = workgroup_sum(sums.y, place);
    let s3 = workgroup_sum(sums.z, place);
    if (b - a > 1u) {
      if (t3 < b && s3 >= wanted) {
        a = t3;
      } else if (t2 < b && s2 >= wanted) {
        a = t2;
        b = t3;
      } else if (t1 < b && s1 >= wanted) {
        a = t1;
        b = t2;
      } else {
        b = t1;
      }
    }
  }
  return a;
}

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let options = group.y * ROW_WORDS;
  let begin = rows[options] * VOCABULARY;
  let temperature = bitcast<f32>(rows[options + 1u]);
  let top_k = rows[options + 2u];
  let top_p = bitcast<f32>(rows[options + 3u]);
  let min_p = bitcast<f32>(rows[options + 4u]);
  let adjustments = rows[options + 8u];
  let adjusted = rows[options + 9u];

  for (var i = thread; i < adjusted; i += WG) {
    let at = adjustments + 3u * i;
    let penalty = bitcast<f32>(rows[at + 1u]);
    let l = logits[begin + rows[at]];
    let penalised = select(l * penalty, l / penalty, l > 0.0) + bitcast<f32>(rows[at + 2u]);
    kept[at] = l;
    logits[begin + rows[at]] = clamp(penalised, -LARGEST_LOGIT, LARGEST_LOGIT);
  }
  storageBarrier();

  var row = Candidates(begin, rows[options + 10u], temperature, LOWEST, 0u);
  var value = LOWEST;
  var token = VOCABULARY - 1u;
  if (temperature == 0.0) {
    for (var i = thread; i < VOCABULARY; i += WG) {
      let l = logit(row, i);
      if (l > value) {
        value = l;
        token = i;
      }
    }
  } else {
    for (var i = thread; i < VOCABULARY; i += WG) { row.highest = max(row.highest, logit(row, i)); }
    row.highest = workgroup_max(row.highest, place);
    let end = order(0.0) + 1u;
    if (top_k > 0u && top_k < VOCABULARY) { row.threshold = search(row, 0u, end, f32(top_k), false, place); }
    if (top_p < 1.0) {
      var weight = 0.0;
      for (var i = thread; i < VOCABULARY; i += WG) {
        let l = scaled(row, i);
        if (order(l) >= row.threshold) { weight += exp(l); }
      }
      weight = workgroup_sum(weight, place);
      row.threshold = search(row, row.threshold, end, top_p * weight, true, place);
    }
    for (var i = thread; i < VOCABULARY; i += WG) {
      let l = scaled(row, i);
      if (order(l) >= row.threshold && exp(l) >= min_p) {
        let bits = permute(rows[options + 5u] ^ permute(rows[options + 6u] ^ permute(rows[options + 7u] ^ permute(i))));
        let score = l + gumbel(bits);
        if (score > value) {
          value = score;
          token = i;
        }
      }
    }
  }
  let best = best_token(value, token, place);
  if (thread == 0u) { chosen[group.y] = best; }
  storageBarrier();
  for (var i = thread; i < adjusted; i += WG) {
    let at = adjustments + 3u * i;
    logits[begin + rows[at]] = kept[at];
  }
}
