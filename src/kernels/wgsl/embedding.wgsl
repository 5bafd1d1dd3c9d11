// Row t of the result is row index(t) + OFFSET of the table, times SCALE, plus the row of the residual where there is
// one; index is the token's id (TOKENS), its position (POSITIONS), its type (TYPES), its ordinal (ORDINALS), or the task
// (TASKS). A table may be stored in parts: this dispatch serves the tokens of rows [BEGIN, BEGIN + PART_ROWS). An
// invocation decodes eight columns.
#include step
#include weight_eights
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#if PERMUTED
@group(0) @binding(4) var<storage, read> permutation: array<u32>;
#endif

#if RESIDUAL
@group(0) @binding(5) var<storage, read> residual: array<f32>;
#endif

#if TOKENS
// By the step before; an id of -1 - i is the i-th of them.
@group(0) @binding(6) var<storage, read> chosen: array<u32>;
fn index_of(token: u32) -> u32 {
  let id = token_id(token);
  if (id < 0x80000000u) { return id; }
  return chosen[~id];
}
#elif POSITIONS
fn index_of(token: u32) -> u32 { return token_position(token); }
#elif TYPES
fn index_of(token: u32) -> u32 { return token_type(token); }
#elif ORDINALS
fn index_of(token: u32) -> u32 { return token_ordinal(token); }
#elif TASKS
fn index_of(token: u32) -> u32 { return token_task(token); }
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = index_of(id.y) + OFFSET - BEGIN;  // wraps around to a large number for rows before this part
  if (row >= PART_ROWS || id.x * 8u >= COLUMNS) { return; }
  var w = weight8(row, id.x);
  for (var i = 0u; i < 8u; i++) {
    var column = id.x * 8u + i;
    if (column >= COLUMNS) { return; }
#if PERMUTED
    column = permutation[column];
#endif
    let at = id.y * COLUMNS + column;
#if RESIDUAL
    y[at] = w[i / 4u][i % 4u] * SCALE + residual[at];
#else
    y[at] = w[i / 4u][i % 4u] * SCALE;
#endif
  }
}
