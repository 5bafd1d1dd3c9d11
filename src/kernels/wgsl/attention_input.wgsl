// From the merged projection to attention, a workgroup a head: normalises (QUERY_NORM, KEY_NORM, VALUE_NORM, which has no
// weight) and rotates (ROPE) the head, then puts queries where attention reads them and keys and values into the pages of
// the sequence. KEYS_ARE_VALUES: both are made of the same numbers. QUERIES_ONLY: there are none.
#include step
#include kv
#include reduce
#if ROPE
#include angles
#endif
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read_write> q: array<vec4f>;
#if !QUERIES_ONLY
@group(0) @binding(4) var<storage, read_write> keys: array<KvUnit>;
@group(0) @binding(5) var<storage, read_write> values: array<KvUnit>;
#endif
#if QUERY_NORM
@group(0) @binding(6) var<storage, read> query_norm: array<f32>;
#endif
#if KEY_NORM
@group(0) @binding(7) var<storage, read> key_norm: array<f32>;
#endif

var<workgroup> head_values: array<f32, HEAD_DIM>;

fn rotated(token: u32, i: u32) -> f32 {
  let value = head_values[i];
#if ROPE
  if (i < HALF) {
    let a = angle(token, i);
    return value * a.x - head_values[i + HALF] * a.y;
  }
  if (i < 2u * HALF) {
    let a = angle(token, i - HALF);
    return value * a.x + head_values[i - HALF] * a.y;
  }
#endif
  return value;
}

fn run(group: vec3u, place: Place) {
  let thread = place.thread;
  let token = group.y;
  let head = group.x;  // HEADS of q, then KV_HEADS of k, then KV_HEADS of v
  let is_query = head < HEADS;
  let is_value = head >= HEADS + KV_HEADS;
#if KEYS_ARE_VALUES
  let begin = token * INPUTS + select(head, head - KV_HEADS, is_value) * HEAD_DIM;
#else
  let begin = token * INPUTS + head * HEAD_DIM;
#endif
  var squares = 0.0;
  for (var i = thread; i < HEAD_DIM; i += WG) { squares += qkv[begin + i] * qkv[begin + i]; }
  let factor = inverseSqrt(workgroup_sum(squares, place) / f32(HEAD_DIM) + EPSILON);
  for (var i = thread; i < HEAD_DIM; i += WG) {
    var value = qkv[begin + i];
#if QUERY_NORM
    if (is_query) { value *= factor * query_norm[i]; }
#endif
#if KEY_NORM
    if (!is_query && !is_value) { value *= factor * key_norm[i]; }
#endif
#if VALUE_NORM
    if (is_value) { value *= factor; }
#endif
    head_values[i] = value;
  }
  workgroupBarrier();
#if !QUERIES_ONLY
  let position = token_position(token);
  let page = page_of(token, position);
#endif
  for (var unit = thread; unit < UNITS; unit += WG) {
    let i = 4u * unit;
#if !QUERIES_ONLY
    if (is_value) {
      let value = vec4f(head_values[i], head_values[i + 1u], head_values[i + 2u], head_values[i + 3u]);
      values[value_at(page, head - HEADS - KV_HEADS, position % 32u, unit)] = pack_kv(value);
      continue;
    }
#endif
    let value = vec4f(rotated(token, i), rotated(token, i + 1u), rotated(token, i + 2u), rotated(token, i + 3u));
    if (is_query) { q[(token * HEADS + head) * UNITS + unit] = value; }
#if !QUERIES_ONLY
    if (!is_query) { keys[key_at(page, head - HEADS, unit, position % 32u)] = pack_kv(value); }
#endif
  }
}
