// Weights for matrix-vector products: blocks that an invocation decodes in SUBS steps of four columns. A row has BLOCKS
// blocks of WORDS words, each at most 16 bytes in one vector load, or the planes of its codes one after the other. No block
// is longer than a group. Codes stay codes: the product applies affine() once a block.
#include weight_codes
#if Q2
fn code_place(sub: u32) -> vec2u { return vec2u(sub / 4u, 8u * (sub % 4u)); }
#endif
#if Q4
fn code_place(sub: u32) -> vec2u { return vec2u(sub / 2u, 16u * (sub % 2u)); }
#endif
#if Q8
fn code_place(sub: u32) -> vec2u { return vec2u(sub, 0u); }
#endif
#if ONE_PLANE
#if WORDS1
alias Block = array<u32, 1>;
#elif WORDS2
alias Block = vec2u;
#else
alias Block = vec4u;
#endif
fn four(block: Block, sub: u32) -> vec4f {
  let at = code_place(sub);
  return codes(block[at.x] >> at.y);
}
#endif
#if Q3
alias Block = array<u32, 3>;
fn four(block: Block, sub: u32) -> vec4f {
  return codes(block[sub / 4u] >> (8u * (sub % 4u)), block[2] >> (4u * sub));
}
#endif
#if Q5
alias Block = array<u32, 5>;
fn four(block: Block, sub: u32) -> vec4f {
  return codes(block[sub / 2u] >> (16u * (sub % 2u)), block[4] >> (4u * sub));
}
#endif
#if Q6
alias Block = array<u32, 3>;
fn four(block: Block, sub: u32) -> vec4f {
  return codes(block[sub / 2u] >> (16u * (sub % 2u)), block[2] >> (8u * sub));
}
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
