// Cosines and sines of a rotary embedding, for every position of the short set, then of the long set where there is one.
@group(0) @binding(1) var<storage, read> angles: array<vec2f>;

fn angle(token: u32, i: u32) -> vec2f {
#if LONG
  let table = token_rope_set(token);
#else
  let table = 0u;
#endif
  return angles[(table * POSITIONS + token_position(token)) * HALF + i];
}
