// Linear for few rows of activations: as fast as the weights can be read. A team of LANES invocations owns ROWS packed
// rows; its lanes take blocks of the inputs in turn and every weight they load serves TOKENS tokens. The RMSNorm in front
// costs nothing extra: it is linear but for the factor 1 / rms, which multiplies the finished sums, and the lanes sum
// the squares as they pass. Sums are those of linear_order.wgsl.
#include weight_blocks
#include linear_order
#include linear_input
#include linear_output

#if SUBGROUPS
const TEAMS = WG / SUBGROUP;
#else
const TEAMS = 1;
var<workgroup> parts: array<array<f32, LANES>, SUMS>;
#endif
// ROWS · TOKENS sums, then the TOKENS sums of squares.
var<workgroup> totals: array<array<f32, SUMS>, TEAMS>;

#if SUBGROUPS
fn team_sum(value: f32) -> f32 {
  var sum = value;
#repeat i SLICE_FOLLOWERS
  sum += subgroupShuffleXor(value, u32(SLICES) * ($i + 1u));
#end
#repeat i SLICE_LEVELS
  sum += subgroupShuffleXor(sum, u32(SLICES) >> ($i + 1u));
#end
  return sum;
}
#endif

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
  let last_token = last_input();
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
#if AFFINE
#repeat t TOKENS
    var inputs_$t = 0.0;
#repeat r ROWS
    var part_$r_$t = 0.0;
#end
#end
#endif
#repeat s SUBS
    {
#if PADDED
      // Beyond the inputs the weights are 0; so is x, for the sake of its sum.
      let inside = block * SUBS + $s < INPUT_UNITS;
      let columns = columns_of(min(block * SUBS + $s, INPUT_UNITS - 1u));
#else
      let columns = columns_of(block * SUBS + $s);
#endif
#if NORM
      let n = norm_at(columns);
#endif
#repeat t TOKENS
      var x_$t = input_at(row_$t, columns);
#if PADDED
      x_$t = select(vec4f(), x_$t, inside);
#endif
#if NORM
      squares_$t += squares_of_four(x_$t);
#if AFFINE
      inputs_$t += sum_of_four(x_$t, n);
#endif
      x_$t *= n;
#elif AFFINE
      inputs_$t += sum_of_four(x_$t);
#endif
#end
#repeat r ROWS
      {
        let w = four(block_$r, $s);
#repeat t TOKENS
#if AFFINE
        part_$r_$t = add_four(part_$r_$t, w, x_$t);
#else
        sum_$r_$t = add_four(sum_$r_$t, w, x_$t);
#endif
#end
      }
#end
    }
#end
#if AFFINE
#repeat r ROWS
    {
      let a = affine(min(first_row + $r, PART_ROWS - 1), block * (SUBS * 4));
#repeat t TOKENS
      sum_$r_$t = add_block(sum_$r_$t, a, part_$r_$t, inputs_$t);
#end
    }
#end
#endif
  }

#if SUBGROUPS
#repeat t TOKENS
#repeat r ROWS
  sum_$r_$t = team_sum(sum_$r_$t);
#end
#if NORM
  squares_$t = team_sum(squares_$t);
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
  for (var i = thread; i < SUMS * SLICES; i += WG) {
    let slice = i % SLICES;
    var sum = parts[i / SLICES][slice];
    for (var j = slice + SLICES; j < LANES; j += SLICES) { sum += parts[i / SLICES][j]; }
    parts[i / SLICES][slice] = sum;
  }
  workgroupBarrier();
  for (var d = u32(SLICES) / 2u; d > 0u; d /= 2u) {
    for (var i = thread; i < SUMS * d; i += WG) { parts[i / d][i % d] += parts[i / d][i % d + d]; }
    workgroupBarrier();
  }
  for (var i = thread; i < SUMS; i += WG) { totals[0][i] = parts[i][0]; }
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
    factor = norm_factor(totals[owner][ROWS * TOKENS + token]);
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
