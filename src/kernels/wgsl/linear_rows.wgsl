// Linear for the rows of many decoded sequences: a workgroup takes TOKENS of them through ROWS packed rows and decodes
// each weight once for all. Sums are those of linear_order.wgsl, whose slices are shared out: each has TEAMS teams of 32
// invocations, and an invocation sums 4 · ROW_TILE packed rows for TOKEN_TILE tokens. The slices are joined at the end.
//
// Inputs and decoded weights go through workgroup memory, UNITS units of four columns of each slice at a time: PIECES to
// a block, or BATCH blocks of a lane. While those are multiplied, the next are on their way.
#include weight_blocks
#include linear_order
#include linear_input
#include linear_output

const TOKENS = u32(TOKEN_TILE) * 8u;
const SLICE_THREADS = u32(TEAMS) * 32u;
// An invocation's tokens are 8 apart. Its packed rows are in fours, QUADS apart; its fours are QUAD_STEP apart.
const QUAD_STEP = u32(TEAMS) * 4u;
const QUADS = QUAD_STEP * u32(ROW_TILE);
const ROWS = QUADS * 4u;
// Rows of inputs are apart so that invocations that store a token's units meet different banks.
const STRIDE = TOKENS + 2u;
const INPUTS_OF_SLICE = UNITS * STRIDE;
const WEIGHTS = SLICES * INPUTS_OF_SLICE;  // where they begin
const WEIGHTS_OF_SLICE = UNITS * ROWS;
const SUMS_OF_SLICE = TOKENS * QUADS;
// Inputs and weights; at the end, the sums of each slice: of a token and four packed rows.
var<workgroup> tile: array<vec4f, max(WEIGHTS + SLICES * WEIGHTS_OF_SLICE, SLICES * SUMS_OF_SLICE)>;
#if AFFINE
// Of each unit of the inputs, its sum; then of each slice's block.
var<workgroup> unit_sums: array<f32, SLICES * UNITS * TOKENS>;
var<workgroup> block_sums: array<f32, SLICES * TOKENS>;
// affine() of each packed row, twice: the next are stored while these are used.
var<workgroup> parameters: array<vec2f, 2u * SLICES * ROWS>;
#endif
#if NORM
var<workgroup> unit_squares: array<f32, SLICES * UNITS * TOKENS>;
var<workgroup> squares: array<f32, SLICES * TOKENS>;
#endif

// 0, which compilers do not know: Mesa's, if it does, takes apart a lane's sum of one block when it is added to the
// slice's, as x + (a · b + c · d) = (x + c · d) + a · b.
var<workgroup> zero: f32;

// A lane takes PIECES · BATCHES steps, BATCHES · BATCH blocks.
const LANE_STEPS = u32(PIECES * BATCHES);
const STEPS = LANE_STEPS * u32(LANES / SLICES);

// Of slice 0; that of slice s is s further.
fn first_block(step: u32) -> u32 { return step / LANE_STEPS * SLICES + step / PIECES % BATCHES * (BATCH * LANES); }

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) thread: u32) {
  // Workgroups of the same packed rows follow each other, so that all but the first find them in the cache.
  let number = (group.z * groups.y + group.y) * groups.x + group.x;
  let tile_of_rows = number / groups.y;
  let first_row = tile_of_rows * ROWS;
  let first_token = number % groups.y * TOKENS;
  let last_token = last_input();
  let slice = thread / SLICE_THREADS;
  let member = thread % SLICE_THREADS;
  // What it sums.
  let token_at = member % 8u;
  let quad = member / 8u;
  // The inputs it loads: a unit, of every so manieth token.
  let own_unit = member % UNITS;
  let own_token = member / UNITS;
  const TOKENS_AT_ONCE = SLICE_THREADS / UNITS;

#repeat t TOKEN_TILE
#repeat q ROW_TILE
  var part_$q_$t = vec4f();     // of the block
#if !LANE_IS_BLOCK
  var sum_$q_$t = vec4f(zero);  // of the lane
#endif
  var total_$q_$t = vec4f();    // of the slice
#end
#end
  // Those of token `member`, where there is one.
  var block_sum = 0.0;
  var square_sum = 0.0;
  var square_total = 0.0;

  for (var step = 0u; step <= STEPS; step++) {
    // The loads of this step; beyond the last, once more.
    let loaded = min(step, STEPS - 1u);
    let piece = loaded % PIECES;
    let next_block = first_block(loaded);
    let own_block = next_block + slice + own_unit / SUBS * LANES;
    let unit = own_block * SUBS + piece * UNITS + own_unit % SUBS;
#if RAGGED
    let columns = columns_of(min(unit, INPUT_UNITS - 1u));
#else
    let columns = columns_of(unit);
#endif
#if NORM
    let n = norm_at(columns);
#endif
#repeat i INPUT_ITEMS
    let x_$i = input_at(min(first_token + own_token + $i * TOKENS_AT_ONCE, last_token), columns);
#end
#repeat i WEIGHT_ITEMS
    let item_$i = thread + $i * WG;
    let row_$i = item_$i % ROWS;
    let place_$i = item_$i / ROWS % BATCH;
    let slice_$i = item_$i / (ROWS * BATCH);
    let block_at_$i = next_block + slice_$i + place_$i * LANES;
    var block_$i: Block;
#if AFFINE
    var affine_$i: vec2f;
#endif
    if (slice_$i < SLICES && block_at_$i < BLOCKS) {
      let packed_row = min(first_row + row_$i, PART_ROWS - 1u);
      block_$i = weights[packed_row * BLOCKS + block_at_$i];
#if AFFINE
      affine_$i = affine(packed_row, block_at_$i * (SUBS * 4u));
#endif
    }
#end

    // The products of the step before.
    if (step > 0u) {
      if (member < TOKENS) {
        for (var u = 0u; u < UNITS; u++) {
          let at = (slice * UNITS + u) * TOKENS + member;
#if AFFINE
          block_sum += unit_sums[at];
#endif
#if NORM
          square_sum += unit_squares[at];
#endif
        }
#if AFFINE
        if (step % PIECES == 0u) {
          block_sums[slice * TOKENS + member] = block_sum;
          block_sum = 0.0;
        }
#endif
      }
      for (var u = 0u; u < UNITS; u++) {
        let w_at = WEIGHTS + slice * WEIGHTS_OF_SLICE + u * ROWS + quad;
#repeat q ROW_TILE
#repeat c FOUR
        let w_$q_$c = tile[w_at + $q * QUAD_STEP + $c * QUADS];
#end
#end
        let x_at = slice * INPUTS_OF_SLICE + u * STRIDE + token_at;
#repeat t TOKEN_TILE
        {
          let x = tile[x_at + $t * 8u];
#repeat q ROW_TILE
#if AFFINE
          part_$q_$t = add_four_of_four(part_$q_$t, w_$q_0, w_$q_1, w_$q_2, w_$q_3, x);
#else
          sum_$q_$t = add_four_of_four(sum_$q_$t, w_$q_0, w_$q_1, w_$q_2, w_$q_3, x);
#endif
#end
        }
#end
      }
    }
    workgroupBarrier();

    // What was loaded takes the place of what was multiplied.
#repeat i INPUT_ITEMS
    {
      let token = own_token + $i * TOKENS_AT_ONCE;
      let at = (slice * UNITS + own_unit) * TOKENS + token;
#if RAGGED
      let x = select(vec4f(), x_$i, own_block < BLOCKS && unit < INPUT_UNITS);
#else
      let x = x_$i;
#endif
#if NORM
      unit_squares[at] = squares_of_four(x);
#if AFFINE
      unit_sums[at] = sum_of_four(x, n);
#endif
      tile[slice * INPUTS_OF_SLICE + own_unit * STRIDE + token] = x * n;
#else
#if AFFINE
      unit_sums[at] = sum_of_four(x);
#endif
      tile[slice * INPUTS_OF_SLICE + own_unit * STRIDE + token] = x;
#endif
    }
#end
#repeat i WEIGHT_ITEMS
    if (slice_$i < SLICES) {
      let at = WEIGHTS + slice_$i * WEIGHTS_OF_SLICE + place_$i * SUBS * ROWS + row_$i;
#repeat p PIECES
      if (piece == $p) {
#repeat s PIECE_SUBS
        tile[at + $s * ROWS] = four(block_$i, $p * PIECE_SUBS + $s);
#end
      }
#end
#if AFFINE
      parameters[(step % 2u * SLICES + slice_$i) * ROWS + row_$i] = affine_$i;
#endif
    }
#end

    if (step > 0u && step % PIECES == 0u) {
#if AFFINE
#repeat q ROW_TILE
      {
        let at = ((step + 1u) % 2u * SLICES + slice) * ROWS + quad + $q * QUAD_STEP;
#repeat c FOUR
        let a_$c = parameters[at + $c * QUADS];
#end
#repeat t TOKEN_TILE
        {
          let inputs = block_sums[slice * TOKENS + token_at + $t * 8u];
          let part = part_$q_$t;
          part_$q_$t = vec4f();
#if LANE_IS_BLOCK
          let sum = vec4f(zero);
#else
          let sum = sum_$q_$t;
#endif
          let next = vec4f(add_block(sum.x, a_0, part.x, inputs), add_block(sum.y, a_1, part.y, inputs),
                           add_block(sum.z, a_2, part.z, inputs), add_block(sum.w, a_3, part.w, inputs));
#if LANE_IS_BLOCK
          total_$q_$t += next;
#else
          sum_$q_$t = next;
#endif
        }
#end
      }
#end
#endif
      if (step % LANE_STEPS == 0u) {
#if !LANE_IS_BLOCK
#repeat t TOKEN_TILE
#repeat q ROW_TILE
        total_$q_$t += sum_$q_$t;
        sum_$q_$t = vec4f(zero);
#end
#end
#endif
        square_total += square_sum;
        square_sum = 0.0;
      }
    }
    workgroupBarrier();
  }

#repeat t TOKEN_TILE
#repeat q ROW_TILE
  tile[slice * SUMS_OF_SLICE + (token_at + $t * 8u) * QUADS + quad + $q * QUAD_STEP] = total_$q_$t;
#end
#end
#if NORM
  if (member < TOKENS) { squares[slice * TOKENS + member] = square_total; }
#endif
  workgroupBarrier();
  for (var d = u32(SLICES) / 2u; d > 0u; d /= 2u) {
    for (var i = thread; i < d * SUMS_OF_SLICE; i += WG) { tile[i] += tile[i + d * SUMS_OF_SLICE]; }
#if NORM
    for (var i = thread; i < d * TOKENS; i += WG) { squares[i] += squares[i + d * TOKENS]; }
#endif
    workgroupBarrier();
  }

#if GATED
  const OUTPUTS = ROWS / 2u;
#else
  const OUTPUTS = ROWS;
#endif
  for (var i = thread; i < TOKENS * OUTPUTS; i += WG) {
    let token = i / OUTPUTS;
    let output = i % OUTPUTS;
    var factor = 1.0;
#if NORM
    factor = norm_factor(squares[token]);
#endif
    let at = token * QUADS;
    let column = tile_of_rows * OUTPUTS + output;
#if GATED
    let row = 2u * output;
    store(first_token + token, column, factor * tile[at + row % QUADS][row / QUADS],
          factor * tile[at + (row + 1u) % QUADS][(row + 1u) / QUADS]);
#else
    store(first_token + token, column, factor * tile[at + output % QUADS][output / QUADS], 0.0);
#endif
  }
}
