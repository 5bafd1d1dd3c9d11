// Sizes and parts of Gated DeltaNet (graph::DeltaNet). A row of its input has CHANNELS columns for the convolution, VALUES
// of z, and b and a of each value head; a slot has TAPS rows of CHANNELS, and a state for each value head.
const KEYS = u32(KEY_HEADS * KEY_DIM);
const VALUES = u32(VALUE_HEADS * VALUE_DIM);
const CHANNELS = 2u * KEYS + VALUES;
const COLUMNS = CHANNELS + VALUES + 2u * VALUE_HEADS;
const SLOT = TAPS * CHANNELS + VALUES * KEY_DIM;
const GROUP = u32(VALUE_HEADS / KEY_HEADS);  // value heads of a key head
const LENGTH_EPSILON = 1e-6;

fn silu(x: f32) -> f32 { return x / (1.0 + exp(-x)); }
// log(1 + e^x), without overflow.
fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
// Where S of a value head begins in the states.
fn state_begin(slot: u32, head: u32) -> u32 { return slot * SLOT + TAPS * CHANNELS + head * (KEY_DIM * VALUE_DIM); }
// Where the convolution's input of `back` tokens before a position is.
fn remembered(slot: u32, position: u32, back: u32) -> u32 {
  return slot * SLOT + (position + TAPS - back) % TAPS * CHANNELS;
}
