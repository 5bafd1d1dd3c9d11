// Linear for many rows of activations: 32 tokens × 64 packed rows a workgroup of 128, 32 inputs at a time through
// workgroup memory. Each invocation sums 4 × 4 results. F16 halves the traffic; sums are f32 always.
#include weight_eights
#include linear_output
#if F16
alias Unit = vec4h;
#else
alias Unit = vec4f;
#endif
@group(0) @binding(0) var<storage, read> prepared: array<Unit>;
@group(0) @binding(3) var<storage, read> factors: array<f32>;

// Rows of 8 units stand 9 apart, so that invocations that read the same unit of different rows meet different banks.
const STRIDE = 9u;
var<workgroup> x_tile: array<Unit, 32 * STRIDE>;
// Packed row r stands at slot (r mod 4) · 16 + r / 4: an invocation reads rows 4i … 4i + 3 from slots that lie as i does.
var<workgroup> w_tile: array<Unit, 64 * STRIDE>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) thread: u32) {
  let first_row = (group.x + group.z * groups.x) * 64u;
  let first_token = group.y * 32u;
  let column = thread % 16u;
  let line = thread / 16u;
#repeat i FOUR
#repeat j FOUR
  var sum_$i_$j = 0.0;
#end
#end
  for (var k = 0u; k < EIGHTS / 4u; k++) {
    for (var i = thread; i < 256u; i += 128u) {
      x_tile[i / 8u * STRIDE + i % 8u] = prepared[(first_token + i / 8u) * (EIGHTS * 2u) + k * 8u + i % 8u];
    }
    for (var i = thread; i < 256u; i += 128u) {
      let row = i / 4u;
      let w = weight8(min(first_row + row, PART_ROWS - 1u), k * 4u + i % 4u);
      let at = (row % 4u * 16u + row / 4u) * STRIDE + i % 4u * 2u;
      w_tile[at] = Unit(w[0]);
      w_tile[at + 1u] = Unit(w[1]);
    }
    workgroupBarrier();
    for (var unit = 0u; unit < 8u; unit++) {
#repeat i FOUR
      let x_$i = vec4f(x_tile[(line + $i * 8u) * STRIDE + unit]);
      let w_$i = vec4f(w_tile[(column + $i * 16u) * STRIDE + unit]);
#end
#repeat i FOUR
#repeat j FOUR
      sum_$i_$j += dot(x_$i, w_$j);
#end
#end
    }
    workgroupBarrier();
  }
#repeat i FOUR
  {
    let token = first_token + line + $i * 8u;
    let factor = factors[token];
    let row = first_row + column * 4u;
#if GATED
    store(token, row / 2u, factor * sum_$i_0, factor * sum_$i_1);
    store(token, row / 2u + 1u, factor * sum_$i_2, factor * sum_$i_3);
#else
#repeat j FOUR
    store(token, row + $j, factor * sum_$i_$j, 0.0);
#end
#endif
  }
#end
}
