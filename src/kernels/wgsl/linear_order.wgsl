// The order in which a product of decoded rows is summed, the same for one row (linear_gemv.wgsl) and for many
// (linear_rows.wgsl), so that a sequence gets the same bits in any company:
// - a weight's row is cut into blocks, of which lane l of LANES sums the blocks l, l + LANES, l + 2 · LANES …, and in a
//   block one column after the other;
// - an affine weight's codes are summed for each block, from 0, and come to the lane's sum by add_block();
// - of the lanes' sums, s, s + SLICES, s + 2 · SLICES … are added one after the other, and the SLICES results in a tree:
//   s takes that of s + d, for d = SLICES / 2 down to 1.
// The same holds for the squares of the inputs that a norm needs, of which each four columns are summed from 0. Multiply
// and add are said to be one operation wherever they stand together: what a compiler fuses by itself may differ between
// two kernels.
fn add_four(sum: f32, w: vec4f, x: vec4f) -> f32 {
  return fma(w.w, x.w, fma(w.z, x.z, fma(w.y, x.y, fma(w.x, x.x, sum))));
}

// Four rows of a weight at once.
fn add_four_of_four(sum: vec4f, w_0: vec4f, w_1: vec4f, w_2: vec4f, w_3: vec4f, x: vec4f) -> vec4f {
  var next = fma(vec4f(w_0.x, w_1.x, w_2.x, w_3.x), vec4f(x.x), sum);
  next = fma(vec4f(w_0.y, w_1.y, w_2.y, w_3.y), vec4f(x.y), next);
  next = fma(vec4f(w_0.z, w_1.z, w_2.z, w_3.z), vec4f(x.z), next);
  return fma(vec4f(w_0.w, w_1.w, w_2.w, w_3.w), vec4f(x.w), next);
}

// `a` is what affine() says of the block, `part` the sum of its codes times inputs, `inputs` that of its inputs.
fn add_block(sum: f32, a: vec2f, part: f32, inputs: f32) -> f32 { return fma(a.x, part, fma(a.y, inputs, sum)); }

#if NORM
// The inputs are x times the norm's weights n.
fn sum_of_four(x: vec4f, n: vec4f) -> f32 { return fma(x.w, n.w, fma(x.z, n.z, fma(x.y, n.y, x.x * n.x))); }
fn squares_of_four(x: vec4f) -> f32 { return fma(x.w, x.w, fma(x.z, x.z, fma(x.y, x.y, x.x * x.x))); }
fn norm_factor(squares: f32) -> f32 { return inverseSqrt(squares / f32(INPUT_UNITS * 4) + EPSILON); }
#else
fn sum_of_four(x: vec4f) -> f32 { return x.x + x.y + x.z + x.w; }
#endif
