// Decoded weights, eight consecutive columns at a time. Rows are padded with zeros to EIGHTS · 8 columns.
#include weight_codes
#if W32
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let at = 2u * (row * EIGHTS + eight);
  return array(weights[at], weights[at + 1u]);
}
#endif
#if W16
@group(0) @binding(1) var<storage, read> weights: array<vec4u>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let w = weights[row * EIGHTS + eight];
  return array(vec4f(unpack2x16float(w.x), unpack2x16float(w.y)), vec4f(unpack2x16float(w.z), unpack2x16float(w.w)));
}
#endif
#if WB16
@group(0) @binding(1) var<storage, read> weights: array<vec4u>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let w = weights[row * EIGHTS + eight];
  let low = bitcast<vec4f>(w << vec4u(16));
  let high = bitcast<vec4f>(w & vec4u(0xffff0000));
  return array(vec4f(low.x, high.x, low.y, high.y), vec4f(low.z, high.z, low.w, high.w));
}
#endif
#if Q2
@group(0) @binding(1) var<storage, read> weights: array<u32>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let at = row * EIGHTS + eight;
  let word = weights[at / 2u] >> (16u * (at % 2u));
  let a = affine(row, eight * 8u);
  return array(codes(word) * a.x + a.y, codes(word >> 8) * a.x + a.y);
}
#endif
#if Q3
@group(0) @binding(1) var<storage, read> weights: array<u32>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let at = row * EIGHTS + eight;
  let begin = at / 4u * 3u;
  let low = weights[begin + at % 4u / 2u] >> (16u * (at % 2u));
  let high = weights[begin + 2u] >> (8u * (at % 4u));
  let a = affine(row, eight * 8u);
  return array(codes(low, high) * a.x + a.y, codes(low >> 8, high >> 4) * a.x + a.y);
}
#endif
#if Q5
@group(0) @binding(1) var<storage, read> weights: array<u32>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let at = row * EIGHTS + eight;
  let begin = at / 4u * 5u;
  let low = weights[begin + at % 4u];
  let high = weights[begin + 4u] >> (8u * (at % 4u));
  let a = affine(row, eight * 8u);
  return array(codes(low, high) * a.x + a.y, codes(low >> 16, high >> 4) * a.x + a.y);
}
#endif
#if Q6
@group(0) @binding(1) var<storage, read> weights: array<u32>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let at = row * EIGHTS + eight;
  let begin = at / 2u * 3u;
  let low = weights[begin + at % 2u];
  let high = weights[begin + 2u] >> (16u * (at % 2u));
  let a = affine(row, eight * 8u);
  return array(codes(low, high) * a.x + a.y, codes(low >> 16, high >> 8) * a.x + a.y);
}
#endif
#if Q4
@group(0) @binding(1) var<storage, read> weights: array<u32>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let word = weights[row * EIGHTS + eight];
  let a = affine(row, eight * 8u);
  return array(codes(word) * a.x + a.y, codes(word >> 16) * a.x + a.y);
}
#endif
#if Q8
@group(0) @binding(1) var<storage, read> weights: array<vec2u>;
fn weight8(row: u32, eight: u32) -> array<vec4f, 2> {
  let words = weights[row * EIGHTS + eight];
  let a = affine(row, eight * 8u);
  return array(codes(words.x) * a.x + a.y, codes(words.y) * a.x + a.y);
}
#endif
