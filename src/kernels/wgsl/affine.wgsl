// The group parameters of a quantised weight. Codes are decoded as v = 1 + code / 2^BITS, by putting their bits into the
// mantissa of a float: two full-rate instructions a code, where a conversion from integer runs at a quarter of the rate.
// Then scale · code + bias = x · v + y with x = scale · 2^BITS and y = bias − x, which affine() returns.
#if AFFINE
#if SCALE16
@group(0) @binding(2) var<storage, read> scales: array<u32>;
fn scale_and_bias(index: u32) -> vec2f { return unpack2x16float(scales[index]); }
#endif
#if SCALEB16
@group(0) @binding(2) var<storage, read> scales: array<u32>;
fn scale_and_bias(index: u32) -> vec2f {
  let pair = scales[index];
  return bitcast<vec2f>(vec2u(pair << 16, pair & 0xffff0000));
}
#endif
#if SCALE32
@group(0) @binding(2) var<storage, read> scales: array<vec2f>;
fn scale_and_bias(index: u32) -> vec2f { return scales[index]; }
#endif
fn affine(row: u32, column: u32) -> vec2f {
  let stored = scale_and_bias(row * GROUPS + column / GROUP);
  let x = stored.x * f32(1 << BITS);
  return vec2f(x, stored.y - x);
}
const ONE = vec4u(0x3f800000);
#endif
// Four codes from the low bits of a word.
#if Q2
fn codes(word: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(word) << vec4u(21, 19, 17, 15)) & vec4u(0x600000)) | ONE);
}
#endif
#if Q4
fn codes(word: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(word) << vec4u(19, 15, 11, 7)) & vec4u(0x780000)) | ONE);
}
#endif
#if Q8
fn codes(word: u32) -> vec4f {
  return bitcast<vec4f>((vec4u(word << 15, word << 7, word >> 1, word >> 9) & vec4u(0x7f8000)) | ONE);
}
#endif
