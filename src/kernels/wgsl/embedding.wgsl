// Row t of the result is row token(t) of the table, times SCALE. A table may be stored in parts: this dispatch serves the
// tokens of rows [BEGIN, BEGIN + PART_ROWS).
#include step
#include weight_eights
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = token_id(id.y) - BEGIN;  // wraps around to a large number for rows before this part
  if (row >= PART_ROWS || id.x * 2u >= COLUMN_UNITS) { return; }
  let w = weight8(row, id.x);
  let at = id.y * COLUMN_UNITS + id.x * 2u;
  y[at] = w[0] * SCALE;
  if (id.x * 2u + 1u < COLUMN_UNITS) { y[at + 1u] = w[1] * SCALE; }
}
