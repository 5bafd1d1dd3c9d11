// Linear for many rows of activations with subgroup matrices: 64 tokens × 64 packed rows a workgroup of four subgroups,
// each a quarter of 32 × 32. Inputs and weights, decoded to f16, go through workgroup memory, 32 columns at a time: loading
// matrices from storage took twice as long on an H100. Results pass through workgroup memory to the epilogue, one matrix of
// each subgroup at a time. Shapes are those of the device: MATRIX_M × MATRIX_N × MATRIX_K, dividing 32.
#include weight_eights
#include linear_output
@group(0) @binding(0) var<storage, read> prepared: array<vec4u>;  // eight f16 each
@group(0) @binding(3) var<storage, read> factors: array<f32>;

alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;

// 8 more than 32, so that rows begin in different banks and stay aligned to 16 bytes.
const STRIDE = 40u;
const TILE = 64u * STRIDE;
const ELEMENTS = u32(MATRIX_M * MATRIX_N);
// While one half is multiplied, the other is filled.
var<workgroup> x_tile: array<f16, 2u * TILE>;
var<workgroup> w_tile: array<f16, 2u * TILE>;
var<workgroup> results: array<f32, 4u * ELEMENTS>;

// A step takes 256 items of eight columns from each side; four items are a row.
fn load_inputs(first_token: u32, k: u32, item: u32) -> vec4u {
  return prepared[(first_token + item / 4u) * EIGHTS + k * 4u + item % 4u];
}

fn load_weights(first_row: u32, k: u32, item: u32) -> array<vec4f, 2> {
  return weight8(min(first_row + item / 4u, PART_ROWS - 1u), k * 4u + item % 4u);
}

fn place(half: u32, item: u32) -> u32 { return half * TILE + item / 4u * STRIDE + item % 4u * 8u; }

fn store_inputs(half: u32, item: u32, x: vec4u) {
  let at = place(half, item);
#repeat i FOUR
  let pair_$i = bitcast<vec2h>(x[$i]);
  x_tile[at + 2u * $i] = pair_$i.x;
  x_tile[at + 2u * $i + 1u] = pair_$i.y;
#end
}

fn store_weights(half: u32, item: u32, w: array<vec4f, 2>) {
  let at = place(half, item);
#repeat i FOUR
  w_tile[at + $i] = f16(w[0][$i]);
  w_tile[at + 4u + $i] = f16(w[1][$i]);
#end
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32,
        @builtin(local_invocation_index) thread: u32) {
  let first_row = (group.x + group.z * groups.x) * 64u;
  let first_token = group.y * 64u;
  let token_at = subgroup / 2u * 32u;
  let row_at = subgroup % 2u * 32u;
#repeat i TILES_M
#repeat j TILES_N
  var sum_$i_$j: Result;
#end
#end
#repeat n ITEMS
  store_inputs(0u, thread + $n * WG, load_inputs(first_token, 0u, thread + $n * WG));
  store_weights(0u, thread + $n * WG, load_weights(first_row, 0u, thread + $n * WG));
#end
  workgroupBarrier();
  for (var k = 0u; k < EIGHTS / 4u; k++) {
    // The next step's items are on their way while this one's are multiplied; after the last they are read once more.
    let next = min(k + 1u, EIGHTS / 4u - 1u);
#repeat n ITEMS
    let x_$n = load_inputs(first_token, next, thread + $n * WG);
    let w_$n = load_weights(first_row, next, thread + $n * WG);
#end
    let half = k % 2u * TILE;
    for (var s = 0u; s < TILES_K; s++) {
#repeat i TILES_M
      let left_$i = subgroupMatrixLoad<Left>(&x_tile, half + (token_at + $i * MATRIX_M) * STRIDE + s * MATRIX_K, false,
                                             STRIDE);
#end
#repeat j TILES_N
      let right_$j = subgroupMatrixLoad<Right>(&w_tile, half + (row_at + $j * MATRIX_N) * STRIDE + s * MATRIX_K, true,
                                               STRIDE);
#end
#repeat i TILES_M
#repeat j TILES_N
      sum_$i_$j = subgroupMatrixMultiplyAccumulate(left_$i, right_$j, sum_$i_$j);
#end
#end
    }
#repeat n ITEMS
    store_inputs((k + 1u) % 2u, thread + $n * WG, x_$n);
    store_weights((k + 1u) % 2u, thread + $n * WG, w_$n);
#end
    workgroupBarrier();
  }
  let begin = subgroup * ELEMENTS;
#repeat i TILES_M
#repeat j TILES_N
  subgroupMatrixStore(&results, begin, sum_$i_$j, false, MATRIX_N);
  workgroupBarrier();
  {
    let matrix_token = first_token + token_at + $i * MATRIX_M;
    let matrix_row = first_row + row_at + $j * MATRIX_N;
#if GATED
    for (var e = 2u * lane; e < ELEMENTS; e += 2u * SUBGROUP) {
      let token = matrix_token + e / MATRIX_N;
      store(token, (matrix_row + e % MATRIX_N) / 2u, factors[token] * results[begin + e],
            factors[token] * results[begin + e + 1u]);
    }
#else
    for (var e = lane; e < ELEMENTS; e += SUBGROUP) {
      let token = matrix_token + e / MATRIX_N;
      store(token, matrix_row + e % MATRIX_N, factors[token] * results[begin + e], 0.0);
    }
#endif
  }
  workgroupBarrier();
#end
#end
}
