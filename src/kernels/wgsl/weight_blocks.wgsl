// Weights for matrix-vector products: blocks of at most 16 bytes, one vector load, that an invocation decodes in SUBS
// steps of four columns. A row has BLOCKS blocks. Codes stay codes: the product applies affine() once a block.
#include affine
#if Q2
alias Block = vec2u;
fn four(block: Block, sub: u32) -> vec4f { return codes(block[sub / 4u] >> (8u * (sub % 4u))); }
#endif
#if Q4
alias Block = vec4u;
fn four(block: Block, sub: u32) -> vec4f { return codes(block[sub / 2u] >> (16u * (sub % 2u))); }
#endif
#if Q8
alias Block = vec4u;
fn four(block: Block, sub: u32) -> vec4f { return codes(block[sub]); }
#endif
#if W32
alias Block = vec4u;
fn four(block: Block, sub: u32) -> vec4f { return bitcast<vec4f>(block); }
#endif
#if W16
alias Block = vec4u;
fn four(block: Block, sub: u32) -> vec4f {
  return vec4f(unpack2x16float(block[2u * sub]), unpack2x16float(block[2u * sub + 1u]));
}
#endif
#if WB16
alias Block = vec4u;
fn four(block: Block, sub: u32) -> vec4f {
  let words = vec2u(block[2u * sub], block[2u * sub + 1u]);
  let low = bitcast<vec2f>(words << vec2u(16));
  let high = bitcast<vec2f>(words & vec2u(0xffff0000));
  return vec4f(low.x, high.x, low.y, high.y);
}
#endif
@group(0) @binding(1) var<storage, read> weights: array<Block>;
