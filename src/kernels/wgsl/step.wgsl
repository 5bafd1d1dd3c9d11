// What a step brings. Six words a token: its id, its position, where the block table of its sequence begins in `step`,
// which set of rope angles it uses (bit 0), its type (bits 1 to 15) and the task (bits 16 up), its ordinal, and the slot
// where the state after it goes. There is a block table for each group of pages, one after the other. Before them stand
// the rows of the sequence that pooling skips, and its length.
@group(0) @binding(0) var<storage, read> step: array<u32>;

// The pages of the first token's sequence stand right after the words of the last token.
fn step_tokens() -> u32 { return (step[2] - 2u) / 6u; }
fn same_sequence(a: u32, b: u32) -> bool { return step[6u * a + 2u] == step[6u * b + 2u]; }
fn token_id(token: u32) -> u32 { return step[6u * token]; }
fn token_position(token: u32) -> u32 { return step[6u * token + 1u]; }
fn token_rope_set(token: u32) -> u32 { return step[6u * token + 3u] & 1u; }
fn token_type(token: u32) -> u32 { return (step[6u * token + 3u] >> 1u) & 0x7fffu; }
fn token_task(token: u32) -> u32 { return step[6u * token + 3u] >> 16u; }
fn token_ordinal(token: u32) -> u32 { return step[6u * token + 4u]; }
// Its place in every state. The first token of a sequence in the step goes on from the state that is there.
fn token_slot(token: u32) -> u32 { return step[6u * token + 5u]; }
fn sequence_skipped(token: u32) -> u32 { return step[step[6u * token + 2u] - 2u]; }
// Tokens of the token's sequence, those of this step included.
fn sequence_length(token: u32) -> u32 { return step[step[6u * token + 2u] - 1u]; }
// The page of the cache that holds a position of the token's sequence.
fn page_of(token: u32, position: u32) -> u32 {
#if GROUP
  let table = GROUP * ((sequence_length(token) + 31u) / 32u);
#else
  let table = 0u;
#endif
  return step[step[6u * token + 2u] + table + position / 32u];
}
