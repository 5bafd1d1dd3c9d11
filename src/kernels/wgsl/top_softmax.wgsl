// The softmax of a row of COLUMNS, in which all but the COUNT largest become 0; of equals the first stay. Rows are short
// (a number for each expert of a router), so an invocation an element counts the elements before its own.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS) { return; }
  let begin = id.y * COLUMNS;
  let own = x[begin + id.x];
  var largest = own;
  for (var i = 0u; i < COLUMNS; i++) { largest = max(largest, x[begin + i]); }
  var total = 0.0;
  var before = 0u;
  for (var i = 0u; i < COLUMNS; i++) {
    let other = x[begin + i];
    total += exp(other - largest);
    if (other > own || (other == own && i < id.x)) { before++; }
  }
  y[begin + id.x] = select(0.0, exp(own - largest) / total, before < COUNT);
}
