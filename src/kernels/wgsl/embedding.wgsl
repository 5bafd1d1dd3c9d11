// Row t of the result is row token(t) of the table, times SCALE. A table may be stored in parts: this dispatch serves the
// tokens of rows [BEGIN, BEGIN + PART_ROWS). An invocation decodes eight columns.
#include step
#include weight_eights
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#if PERMUTED
@group(0) @binding(4) var<storage, read> permutation: array<u32>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = token_id(id.y) - BEGIN;  // wraps around to a large number for rows before this part
  if (row >= PART_ROWS || id.x * 8u >= COLUMNS) { return; }
  var w = weight8(row, id.x);
  for (var i = 0u; i < 8u; i++) {
    var column = id.x * 8u + i;
    if (column >= COLUMNS) { return; }
#if PERMUTED
    column = permutation[column];
#endif
    y[id.y * COLUMNS + column] = w[i / 4u][i % 4u] * SCALE;
  }
}
