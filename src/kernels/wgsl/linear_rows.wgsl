// Linear for the rows of many decoded sequences: a workgroup takes TOKENS of them through ROWS packed rows and decodes
// each weight once for all. Sums are those of linear_order.wgsl, which lets them be shared out: of the lanes that it
// speaks of, slice s of SLICES takes s, s + SLICES … one after the other, in the order in which their tree joins them,
// so that few of its sums are open at a time; the slices' sums are joined at the end. A slice has TEAMS teams of 32
// invocations, each for 4 packed rows and TOKEN_TILE tokens.
//
// Inputs and decoded weights go through workgroup memory, UNITS units of four columns of each slice at a time: STEPS
// pieces of a block, or BATCH blocks of a lane. While those are multiplied, the next are on their way.
#include weight_blocks
#include linear_order
#include linear_input
#include linear_output

const TOKENS = u32(TOKEN_TILE) * 8u;
const SLICE_THREADS = u32(TEAMS) * 32u;
const QUADS = u32(TEAMS) * 4u;  // an invocation's packed rows are QUADS apart, its tokens 8
const ROWS = QUADS * 4u;
// Rows of inputs are apart so that invocations that store a token's units meet different banks.
const STRIDE = TOKENS + 2u;
const INPUTS_OF_SLICE = UNITS * STRIDE;
const WEIGHTS = SLICES * INPUTS_OF_SLICE;  // where they begin
const WEIGHTS_OF_SLICE = UNITS * ROWS;
const SUMS_OF_SLICE = TOKENS * QUADS;
// Inputs and weights; at the end, the sums of each slice: of a token and of packed rows q, q + QUADS …
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

// What a step reads.
struct Step {
  turn: u32,         // of the slice's lanes
  first_block: u32,  // of BATCH, LANES apart
  piece: u32,        // of the block
  ends_block: bool,
  begins_lane: bool,
  ends_lane: bool,
}

fn step_at(index: u32, slice: u32) -> Step {
  let piece = index % PIECES;
  let batch = index / PIECES % BATCHES;
  let turn = index / (PIECES * BATCHES);
#if TURN_LEVELS
  let lane = slice + SLICES * (reverseBits(turn) >> (32u - TURN_LEVELS));
#else
  let lane = slice;
#endif
  return Step(turn, lane + batch * BATCH * LANES, piece, piece == PIECES - 1u, batch == 0u && piece == 0u,
              batch == BATCHES - 1u && piece == PIECES - 1u);
}
const STEPS = u32(PIECES * BATCHES) << u32(TURN_LEVELS);

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) thread: u32) {
  let tile_of_rows = group.x + group.z * groups.x;
  let first_row = tile_of_rows * ROWS;
  let first_token = group.y * TOKENS;
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
  var sum_$t = vec4f();
#if AFFINE
  var part_$t = vec4f();
#endif
#repeat k TURN_LEVELS
  var kept_$k_$t = vec4f();
#end
#end
  // Those of token `member`, where there is one.
  var block_sum = 0.0;
  var square_sum = 0.0;
#repeat k TURN_LEVELS
  var kept_squares_$k = 0.0;
#end

  for (var index = 0u; index <= STEPS; index++) {
    // The next step's loads; after the last step that one's once more.
    let next = step_at(min(index, STEPS - 1u), slice);
    let column_block = next.first_block + own_unit / SUBS * LANES;
    let unit = column_block * SUBS + next.piece * UNITS + own_unit % SUBS;
    let inside = column_block < BLOCKS && unit < INPUT_UNITS;
    let columns = columns_of(min(unit, INPUT_UNITS - 1u));
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
    let packed_row_$i = min(first_row + row_$i, PART_ROWS - 1u);
    let block_at_$i = step_at(min(index, STEPS - 1u), slice_$i).first_block + place_$i * LANES;
    var block_$i: Block;
#if AFFINE
    var affine_$i: vec2f;
#endif
    if (slice_$i < SLICES && block_at_$i < BLOCKS) {
      block_$i = weights[packed_row_$i * BLOCKS + block_at_$i];
#if AFFINE
      affine_$i = affine(packed_row_$i, block_at_$i * (SUBS * 4u));
#endif
    }
#end

    let now = step_at(max(index, 1u) - 1u, slice);
    if (index > 0u) {
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
        if (now.ends_block) {
          block_sums[slice * TOKENS + member] = block_sum;
          block_sum = 0.0;
        }
#endif
      }
      for (var u = 0u; u < UNITS; u++) {
        let w_at = WEIGHTS + slice * WEIGHTS_OF_SLICE + u * ROWS + quad;
        let w_0 = tile[w_at];
        let w_1 = tile[w_at + QUADS];
        let w_2 = tile[w_at + 2u * QUADS];
        let w_3 = tile[w_at + 3u * QUADS];
        let x_at = slice * INPUTS_OF_SLICE + u * STRIDE + token_at;
#repeat t TOKEN_TILE
#if AFFINE
        part_$t = add_four_of_four(part_$t, w_0, w_1, w_2, w_3, tile[x_at + $t * 8u]);
#else
        sum_$t = add_four_of_four(sum_$t, w_0, w_1, w_2, w_3, tile[x_at + $t * 8u]);
#endif
#end
      }
    }
    workgroupBarrier();

    // What was loaded takes the place of what was multiplied.
    {
#repeat i INPUT_ITEMS
      {
        let token = own_token + $i * TOKENS_AT_ONCE;
        let x = select(vec4f(), x_$i, inside);
        let at = (slice * UNITS + own_unit) * TOKENS + token;
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
        if (next.piece == $p) {
#repeat s PIECE_SUBS
          tile[at + $s * ROWS] = four(block_$i, $p * PIECE_SUBS + $s);
#end
        }
#end
#if AFFINE
        parameters[(index % 2u * SLICES + slice_$i) * ROWS + row_$i] = affine_$i;
#endif
      }
#end
    }

    if (index > 0u && now.ends_block) {
#if AFFINE
      let a_at = ((index + 1u) % 2u * SLICES + slice) * ROWS + quad;
      let a_0 = parameters[a_at];
      let a_1 = parameters[a_at + QUADS];
      let a_2 = parameters[a_at + 2u * QUADS];
      let a_3 = parameters[a_at + 3u * QUADS];
#repeat t TOKEN_TILE
      {
        let inputs = block_sums[slice * TOKENS + token_at + $t * 8u];
        sum_$t = vec4f(add_block(sum_$t.x, a_0, part_$t.x, inputs), add_block(sum_$t.y, a_1, part_$t.y, inputs),
                       add_block(sum_$t.z, a_2, part_$t.z, inputs), add_block(sum_$t.w, a_3, part_$t.w, inputs));
        part_$t = vec4f();
      }
#end
#endif
      if (now.ends_lane) {
        // A lane's sum joins those that wait for it; with the last, all are joined.
        var open = true;
#repeat k TURN_LEVELS
        if (open) {
          open = ((now.turn >> $k) & 1u) == 1u;
          if (open) {
#repeat t TOKEN_TILE
            sum_$t += kept_$k_$t;
#end
            square_sum += kept_squares_$k;
          } else {
#repeat t TOKEN_TILE
            kept_$k_$t = sum_$t;
#end
            kept_squares_$k = square_sum;
          }
        }
#end
        if (index < STEPS) {
#repeat t TOKEN_TILE
          sum_$t = vec4f();
#end
          square_sum = 0.0;
        }
      }
    }
    workgroupBarrier();
  }

#repeat t TOKEN_TILE
  tile[slice * SUMS_OF_SLICE + (token_at + $t * 8u) * QUADS + quad] = sum_$t;
#end
#if NORM
  if (member < TOKENS) { squares[slice * TOKENS + member] = square_sum; }
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
