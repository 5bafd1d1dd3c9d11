// The rows of a sequence from its position 0 to a wanted row, pooled column by column: one of FIRST, MAX, MEAN,
// MEAN_SQRT_LENGTH, WEIGHTED_MEAN, LAST is set. The result stands in columns [BEGIN, BEGIN + COLUMNS) of rows OUTPUTS
// wide. An invocation a column.
#include step
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> selected: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS) { return; }
  let last = selected[id.y];
  let position = token_position(last);
  let first = last - position;
  let count = f32(position + 1u);
#if FIRST
  let result = x[first * COLUMNS + id.x];
#elif LAST
  let result = x[last * COLUMNS + id.x];
#elif MAX
  var result = x[first * COLUMNS + id.x];
  for (var row = first + 1u; row <= last; row++) { result = max(result, x[row * COLUMNS + id.x]); }
#else
  var sum = 0.0;
  for (var row = first; row <= last; row++) {
#if WEIGHTED_MEAN
    sum += x[row * COLUMNS + id.x] * f32(row - first + 1u);
#else
    sum += x[row * COLUMNS + id.x];
#endif
  }
#if WEIGHTED_MEAN
  let result = sum / (count * (count + 1.0) / 2.0);
#elif MEAN_SQRT_LENGTH
  let result = sum / sqrt(count);
#else
  let result = sum / count;
#endif
#endif
  y[id.y * OUTPUTS + BEGIN + id.x] = result;
}
