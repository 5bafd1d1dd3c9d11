// Of the tokens of all invocations the one with the largest value, the smallest among equals. Comes after reduce.wgsl.
const LOWEST = -3.402823e38;  // of a value; nothing is below it

fn best_token(value: f32, token: u32, place: Place) -> u32 {
  let best = workgroup_max(value, place);
  // Token ids are below 2^24, hence exact in f32.
  return u32(max(-workgroup_max(select(LOWEST, -f32(token), value == best), place), 0.0));
}
