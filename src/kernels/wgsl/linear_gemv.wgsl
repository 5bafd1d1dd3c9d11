// Linear for few rows of activations: as fast as the weights can be read. A team of LANES invocations owns ROWS packed
// rows; its lanes take blocks of the inputs in turn and every weight they load serves TOKENS tokens. The RMSNorm in front
// costs nothing extra: it is linear but for the factor 1 / rms, which multiplies the finished sums, and the lanes sum
// the squares as they pass.
#include weight_blocks
#include linear_output
#if PERMUTED
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(7) var<storage, read> permutation: array<vec4u>;
#else
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
#endif
#if NORM
#if PERMUTED
@group(0) @binding(3) var<storage, read> norm: array<f32>;
#else
@group(0) @binding(3) var<storage, read> norm: array<vec4f>;
#endif
#endif

#if SUBGROUPS
const TEAMS = WG / SUBGROUP;
const LANES = SUBGROUP;
#else
const TEAMS = 1;
const LANES = WG;
var<workgroup> parts: array<array<f32, WG>, SUMS>;
#endif
// ROWS · TOKENS sums, then the TOKENS sums of squares.
var<workgroup> totals: array<array<f32, SUMS>, TEAMS>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
#if SUBGROUPS
        @builtin(subgroup_id) team: u32, @builtin(subgroup_invocation_id) lane: u32,
#endif
        @builtin(local_invocation_index) thread: u32) {
#if !SUBGROUPS
  let team = 0u;
  let lane = thread;
#endif
  let tile = group.x + group.z * groups.x;
  let first_row = (tile * TEAMS + team) * ROWS;
  let first_token = group.y * TOKENS;
#if PERMUTED
  let last_token = arrayLength(&x) / (INPUT_UNITS * 4) - 1u;
#else
  let last_token = arrayLength(&x) / INPUT_UNITS - 1u;
#endif
#repeat t TOKENS
  let row_$t = min(first_token + $t, last_token);
  var squares_$t = 0.0;
#repeat r ROWS
  var sum_$r_$t = 0.0;
#end
#end
  for (var block = lane; block < BLOCKS; block += LANES) {
#repeat r ROWS
    let block_$r = weights[min(first_row + $r, PART_ROWS - 1) * BLOCKS + block];
#end
#repeat t TOKENS
    var x_sum_$t = 0.0;
#repeat r ROWS
    var part_$r_$t = 0.0;
#end
#end
#repeat s SUBS
    {
#if PADDED
      // Beyond the inputs the weights are 0; so is x, for the sake of its sum.
      let inside = block * SUBS + $s < INPUT_UNITS;
      let column = min(block * SUBS + $s, INPUT_UNITS - 1u);
#else
      let column = block * SUBS + $s;
#endif
#if PERMUTED
      let origin = permutation[column];
#endif
#repeat t TOKENS
#if PERMUTED
      let at_$t = row_$t * (INPUT_UNITS * 4);
      var x_$t = vec4f(x[at_$t + origin.x], x[at_$t + origin.y], x[at_$t + origin.z], x[at_$t + origin.w]);
#else
      var x_$t = x[row_$t * INPUT_UNITS + column];
#endif
#if PADDED
      x_$t = select(vec4f(), x_$t, inside);
#endif
#if NORM
      squares_$t += dot(x_$t, x_$t);
#if PERMUTED
      x_$t *= vec4f(norm[origin.x], norm[origin.y], norm[origin.z], norm[origin.w]);
#else
      x_$t *= norm[column];
#endif
#endif
#if AFFINE
      x_sum_$t += x_$t.x + x_$t.y + x_$t.z + x_$t.w;
#endif
#end
#repeat r ROWS
      {
        let w = four(block_$r, $s);
#repeat t TOKENS
        part_$r_$t += dot(w, x_$t);
#end
      }
#end
    }
#end
#repeat r ROWS
    {
#if AFFINE
      let a = affine(min(first_row + $r, PART_ROWS - 1), block * (SUBS * 4));
#repeat t TOKENS
      sum_$r_$t += a.x * part_$r_$t + a.y * x_sum_$t;
#end
#else
#repeat t TOKENS
      sum_$r_$t += part_$r_$t;
#end
#endif
    }
#end
  }

#if SUBGROUPS
#repeat t TOKENS
#repeat r ROWS
  sum_$r_$t = subgroupAdd(sum_$r_$t);
#end
#if NORM
  squares_$t = subgroupAdd(squares_$t);
#endif
#end
  if (lane == 0u) {
#repeat t TOKENS
#repeat r ROWS
    totals[team][$r * TOKENS + $t] = sum_$r_$t;
#end
    totals[team][ROWS * TOKENS + $t] = squares_$t;
#end
  }
#else
#repeat t TOKENS
#repeat r ROWS
  parts[$r * TOKENS + $t][thread] = sum_$r_$t;
#end
  parts[ROWS * TOKENS + $t][thread] = squares_$t;
#end
  workgroupBarrier();
  for (var i = thread; i < SUMS; i += WG) {
    var total = 0.0;
    for (var j = 0u; j < WG; j++) { total += parts[i][j]; }
    totals[0][i] = total;
  }
#endif
  workgroupBarrier();

#if GATED
  const OUTPUTS = u32(ROWS / 2);
#else
  const OUTPUTS = u32(ROWS);
#endif
  for (var i = thread; i < TEAMS * OUTPUTS * TOKENS; i += WG) {
    let token = i % TOKENS;
    let output = i / TOKENS % OUTPUTS;
    let owner = i / (TOKENS * OUTPUTS);
    var factor = 1.0;
#if NORM
    factor = inverseSqrt(totals[owner][ROWS * TOKENS + token] / f32(INPUT_UNITS * 4) + EPSILON);
#endif
    let column = (tile * TEAMS + owner) * OUTPUTS + output;
#if GATED
    store(first_token + token, column, factor * totals[owner][2u * output * TOKENS + token],
          factor * totals[owner][(2u * output + 1u) * TOKENS + token]);
#else
    store(first_token + token, column, factor * totals[owner][output * TOKENS + token], 0.0);
#endif
  }
}
