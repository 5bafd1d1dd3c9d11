// The rows of a sequence from its position 0 to a wanted row, without those that are skipped, pooled column by column: one of FIRST, MAX, MEAN,
// MEAN_SQRT_LENGTH, WEIGHTED_MEAN, LAST is set. The result stands in columns [BEGIN, BEGIN + COLUMNS) of rows OUTPUTS
// wide. An invocation a column.
#include step
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> selected: array<vec2u>;  // as in select_rows.wgsl
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS) { return; }
  let last = selected[id.y].x;
  let position = token_position(last);
  let begin = last - position;
  let skipped = sequence_skipped(last);
  let empty = skipped > position;
  let first = begin + select(skipped, 0u, empty);
  let count = f32(last - first + 1u);
#if FIRST
  let result = x[first * COLUMNS + id.x];
#elif LAST
  let result = select(x[last * COLUMNS + id.x], 0.0, empty);
#elif MAX
  var result = x[first * COLUMNS + id.x];
  for (var row = first + 1u; row <= last; row++) { result = max(result, x[row * COLUMNS + id.x]); }
  result = select(result, 0.0, empty);
#else
  var sum = 0.0;
  for (var row = first; row <= last; row++) {
#if WEIGHTED_MEAN
    sum += x[row * COLUMNS + id.x] * f32(row - begin + 1u);
#else
    sum += x[row * COLUMNS + id.x];
#endif
  }
#if WEIGHTED_MEAN
  let result = select(sum / (count * (f32(first - begin) + (count + 1.0) / 2.0)), 0.0, empty);
#elif MEAN_SQRT_LENGTH
  let result = select(sum / sqrt(count), 0.0, empty);
#else
  let result = select(sum / count, 0.0, empty);
#endif
#endif
  y[selected[id.y].y * OUTPUTS + BEGIN + id.x] = result;
}
