// The log-probabilities of the chosen token of a row and of its most likely ones, a workgroup a row, by the logits alone.
// Every further token takes one more look at all of them: few are asked for.
#include reduce
#include best_token
@group(0) @binding(0) var<storage, read> logits: array<f32>;
// The number of the row among the logits, its place in `chosen`, how many likely tokens, where its scores begin.
@group(0) @binding(1) var<storage, read> rows: array<vec4u>;
@group(0) @binding(2) var<storage, read> chosen: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<vec2u>;  // a token, and the bits of its log-probability

// What is not a number counts as least likely.
fn logit(begin: u32, token: u32) -> f32 { return min(max(logits[begin + token], -1e38), 1e38); }

fn run(group: vec3u, place: Place) {
  let row = rows[group.y];
  let begin = row.x * VOCABULARY;
  var largest = LOWEST;
  for (var i = place.thread; i < VOCABULARY; i += WG) { largest = max(largest, logit(begin, i)); }
  largest = workgroup_max(largest, place);
  var sum = 0.0;
  for (var i = place.thread; i < VOCABULARY; i += WG) { sum += exp(logit(begin, i) - largest); }
  let log_sum = log(workgroup_sum(sum, place));

  var token = chosen[row.y];
  var value = logit(begin, token);
  if (place.thread == 0u) { scores[row.w] = vec2u(token, bitcast<u32>(value - largest - log_sum)); }
  value = -LOWEST;
  token = 0u;
  for (var n = 0u; n < row.z; n++) {
    // The best of those that come after the last one.
    var next_value = LOWEST;
    var next_token = VOCABULARY - 1u;
    for (var i = place.thread; i < VOCABULARY; i += WG) {
      let l = logit(begin, i);
      if ((l < value || (l == value && i > token)) && l > next_value) {
        next_value = l;
        next_token = i;
      }
    }
    token = best_token(next_value, next_token, place);
    value = logit(begin, token);
    if (place.thread == 0u) { scores[row.w + 1u + n] = vec2u(token, bitcast<u32>(value - largest - log_sum)); }
  }
}
