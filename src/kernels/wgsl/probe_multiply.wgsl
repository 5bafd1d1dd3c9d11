// Multiplies and adds in registers: CHAINS independent sums, ROUNDS times, with subgroup matrices (MATRIX) or vectors of
// four floats. For measuring only.
#if MATRIX
@group(0) @binding(0) var<storage, read> operands: array<f16>;
@group(0) @binding(1) var<storage, read_write> sink: array<f32>;
alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;
#else
@group(0) @binding(0) var<storage, read> operands: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sink: array<vec4f>;
#endif

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) thread: u32) {
#if MATRIX
  let left = subgroupMatrixLoad<Left>(&operands, 0, false, MATRIX_K);
  let right = subgroupMatrixLoad<Right>(&operands, 0, false, MATRIX_N);
#repeat c CHAINS
  var sum_$c: Result;
#end
  for (var i = 0u; i < ROUNDS; i++) {
#repeat c CHAINS
    sum_$c = subgroupMatrixMultiplyAccumulate(left, right, sum_$c);
#end
  }
#repeat c CHAINS
  subgroupMatrixStore(&sink, $c * MATRIX_M * MATRIX_N, sum_$c, false, MATRIX_N);
#end
#else
  let factor = operands[0];
#repeat c CHAINS
  var sum_$c = vec4f(f32(thread + $c));
#end
  for (var i = 0u; i < ROUNDS; i++) {
#repeat c CHAINS
    sum_$c = fma(sum_$c, factor, operands[1]);
#end
  }
  var all = vec4f();
#repeat c CHAINS
  all += sum_$c;
#end
  sink[thread] = all;
#endif
}
