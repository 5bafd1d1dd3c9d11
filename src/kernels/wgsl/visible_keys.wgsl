// The first and the last position whose key a token's query sees.
fn first_key(token: u32) -> u32 {
#if WINDOW
  return max(token_position(token) + 1u, u32(WINDOW)) - WINDOW;
#else
  return 0u;
#endif
}

fn last_key(token: u32) -> u32 {
#if CAUSAL
  return token_position(token);
#elif WINDOW
  return min(sequence_length(token), token_position(token) + WINDOW) - 1u;
#else
  return sequence_length(token) - 1u;
#endif
}
