// Linear for many rows of activations with subgroup matrices: 64 tokens × 64 packed rows a workgroup of four subgroups,
// each a quarter of 32 × 32. The left operand comes straight from memory, the weights are decoded to f16 in workgroup
// memory, 32 inputs at a time; results pass through workgroup memory to the epilogue. Shapes are those of the device:
// MATRIX_M × MATRIX_N × MATRIX_K, dividing 32.
#include weight_eights
#include linear_output
@group(0) @binding(0) var<storage, read> prepared: array<f16>;
@group(0) @binding(3) var<storage, read> factors: array<f32>;

alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;

// 8 more than 32, so that rows begin in different banks and stay aligned to 16 bytes.
const STRIDE = 40u;
const TILE = 64u * STRIDE;
// While one half is multiplied, the other is filled.
var<workgroup> w_tile: array<f16, 2u * TILE>;
var<workgroup> results: array<f32, 64 * 64>;

// The weights that an invocation brings of step `k`: eight `item` of the 256 of a step.
fn load_item(first_row: u32, k: u32, item: u32) -> array<vec4f, 2> {
  return weight8(min(first_row + item / 4u, PART_ROWS - 1u), k * 4u + item % 4u);
}

fn store_item(half: u32, item: u32, w: array<vec4f, 2>) {
  let at = half * TILE + item / 4u * STRIDE + item % 4u * 8u;
  w_tile[at] = f16(w[0].x);
  w_tile[at + 1u] = f16(w[0].y);
  w_tile[at + 2u] = f16(w[0].z);
  w_tile[at + 3u] = f16(w[0].w);
  w_tile[at + 4u] = f16(w[1].x);
  w_tile[at + 5u] = f16(w[1].y);
  w_tile[at + 6u] = f16(w[1].z);
  w_tile[at + 7u] = f16(w[1].w);
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(subgroup_id) subgroup: u32, @builtin(local_invocation_index) thread: u32) {
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
  store_item(0u, thread + $n * WG, load_item(first_row, 0u, thread + $n * WG));
#end
  workgroupBarrier();
  for (var k = 0u; k < EIGHTS / 4u; k++) {
    // The next step's weights are on their way while this one's are multiplied; after the last they are read once more.
    let next = min(k + 1u, EIGHTS / 4u - 1u);
#repeat n ITEMS
    let item_$n = load_item(first_row, next, thread + $n * WG);
#end
    let half = k % 2u * TILE;
    for (var s = 0u; s < TILES_K; s++) {
#repeat i TILES_M
      let left_$i = subgroupMatrixLoad<Left>(&prepared, (first_token + token_at + $i * MATRIX_M) * (EIGHTS * 8u) +
                                             k * 32u + s * MATRIX_K, false, EIGHTS * 8u);
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
    store_item((k + 1u) % 2u, thread + $n * WG, item_$n);
#end
    workgroupBarrier();
  }
#repeat i TILES_M
#repeat j TILES_N
  subgroupMatrixStore(&results, (token_at + $i * MATRIX_M) * 64u + row_at + $j * MATRIX_N, sum_$i_$j, false, 64u);
#end
#end
  workgroupBarrier();
#if GATED
  for (var i = thread; i < 64u * 32u; i += WG) {
    let token = first_token + i / 32u;
    let at = i / 32u * 64u + i % 32u * 2u;
    store(token, first_row / 2u + i % 32u, factors[token] * results[at], factors[token] * results[at + 1u]);
  }
#else
  for (var i = thread; i < 64u * 64u; i += WG) {
    let token = first_token + i / 64u;
    store(token, first_row + i % 64u, factors[token] * results[i], 0.0);
  }
#endif
}
