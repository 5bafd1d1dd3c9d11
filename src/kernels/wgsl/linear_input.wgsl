// The inputs of a product of decoded rows, four columns of a packed row at a time.
#if PERMUTED
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(7) var<storage, read> permutation: array<vec4u>;
alias Columns = vec4u;  // where they are in a row of x
fn columns_of(unit: u32) -> Columns { return permutation[unit]; }
fn input_at(row: u32, columns: Columns) -> vec4f {
  let at = vec4u(row * (INPUT_UNITS * 4)) + columns;
  return vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
}
fn last_input() -> u32 { return arrayLength(&x) / (INPUT_UNITS * 4) - 1u; }
#else
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
alias Columns = u32;  // a unit of x
fn columns_of(unit: u32) -> Columns { return unit; }
fn input_at(row: u32, columns: Columns) -> vec4f { return x[row * INPUT_UNITS + columns]; }
fn last_input() -> u32 { return arrayLength(&x) / INPUT_UNITS - 1u; }
#endif
#if NORM
#if PERMUTED
@group(0) @binding(3) var<storage, read> norm: array<f32>;
fn norm_at(columns: Columns) -> vec4f {
  return vec4f(norm[columns.x], norm[columns.y], norm[columns.z], norm[columns.w]);
}
#else
@group(0) @binding(3) var<storage, read> norm: array<vec4f>;
fn norm_at(columns: Columns) -> vec4f { return norm[columns]; }
#endif
#endif
