// The group parameters of a quantised weight. Codes with linear levels are decoded as v = 1 + code / 2^BITS, by putting
// their bits into the mantissa of a float: two full-rate instructions a code (four where they lie in two planes), where a
// conversion from integer runs at a quarter of the rate. Then scale · code + bias = x · v + y with x = scale · 2^BITS and
// y = bias − x, which affine() returns. Levels of a table are looked up; v is the level then.
#if AFFINE
#if SCALE32
@group(0) @binding(2) var<storage, read> scales: array<f32>;
fn parameter(index: u32) -> f32 { return scales[index]; }
fn parameter_pair(index: u32) -> vec2f { return vec2f(scales[2u * index], scales[2u * index + 1u]); }
#else
@group(0) @binding(2) var<storage, read> scales: array<u32>;
fn parameter_pair(index: u32) -> vec2f {
#if SCALE16
  return unpack2x16float(scales[index]);
#else
  let both = scales[index];
  return bitcast<vec2f>(vec2u(both << 16, both & 0xffff0000));
#endif
}
fn parameter(index: u32) -> f32 { return parameter_pair(index / 2u)[index % 2u]; }
#endif
fn scale_and_bias(index: u32) -> vec2f {
#if BIASED
  return parameter_pair(index);
#else
  let scale = parameter(index);
  return vec2f(scale, scale * f32(-ZERO));
#endif
}
fn affine(row: u32, column: u32) -> vec2f {
  let stored = scale_and_bias(row * GROUPS + column / GROUP);
#if TABLE
  return stored;
#else
  let x = stored.x * f32(1 << BITS);
  return vec2f(x, stored.y - x);
#endif
}
const ONE = vec4u(0x3f800000);
#endif
// Four codes from the low bits of a word, or from the low bits of a word of each plane.
#if TABLE
const LEVELS = array<f32, 16>(LEVEL_0, LEVEL_1, LEVEL_2, LEVEL_3, LEVEL_4, LEVEL_5, LEVEL_6, LEVEL_7,
                              LEVEL_8, LEVEL_9, LEVEL_10, LEVEL_11, LEVEL_12, LEVEL_13, LEVEL_14, LEVEL_15);
fn codes(word: u32) -> vec4f {
  var levels = LEVELS;
  return vec4f(levels[word & 15u], levels[(word >> 4) & 15u], levels[(word >> 8) & 15u], levels[(word >> 12) & 15u]);
}
#elif Q2
fn codes(word: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(word) << vec4u(21, 19, 17, 15)) & vec4u(0x600000)) | ONE);
}
#elif Q3
fn codes(low: u32, high: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(low) << vec4u(20, 18, 16, 14)) & vec4u(0x300000)) |
                        ((vec4u(high) << vec4u(22, 21, 20, 19)) & vec4u(0x400000)) | ONE);
}
#elif Q4
fn codes(word: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(word) << vec4u(19, 15, 11, 7)) & vec4u(0x780000)) | ONE);
}
#elif Q5
fn codes(low: u32, high: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(low) << vec4u(18, 14, 10, 6)) & vec4u(0x3c0000)) |
                        ((vec4u(high) << vec4u(22, 21, 20, 19)) & vec4u(0x400000)) | ONE);
}
#elif Q6
fn codes(low: u32, high: u32) -> vec4f {
  return bitcast<vec4f>(((vec4u(low) << vec4u(17, 13, 9, 5)) & vec4u(0x1e0000)) |
                        ((vec4u(high) << vec4u(21, 19, 17, 15)) & vec4u(0x600000)) | ONE);
}
#elif Q8
fn codes(word: u32) -> vec4f {
  return bitcast<vec4f>((vec4u(word << 15, word << 7, word >> 1, word >> 9) & vec4u(0x7f8000)) | ONE);
}
#endif
