// What a step brings. Four words a token: its id, its position, where the block table of its sequence begins in `step`,
// and which set of rope angles it uses (bit 0), its type (bits 1 to 15) and the task (bits 16 up). Before the block table
// stands the length of the sequence.
@group(0) @binding(0) var<storage, read> step: array<u32>;

// The pages of the first token's sequence stand right after the words of the last token.
fn step_tokens() -> u32 { return (step[2] - 1u) / 4u; }
fn same_sequence(a: u32, b: u32) -> bool { return step[4u * a + 2u] == step[4u * b + 2u]; }
fn token_id(token: u32) -> u32 { return step[4u * token]; }
fn token_position(token: u32) -> u32 { return step[4u * token + 1u]; }
fn token_rope_set(token: u32) -> u32 { return step[4u * token + 3u] & 1u; }
fn token_type(token: u32) -> u32 { return (step[4u * token + 3u] >> 1u) & 0x7fffu; }
fn token_task(token: u32) -> u32 { return step[4u * token + 3u] >> 16u; }
// Tokens of the token's sequence, those of this step included.
fn sequence_length(token: u32) -> u32 { return step[step[4u * token + 2u] - 1u]; }
// The page of the cache that holds a position of the token's sequence.
fn page_of(token: u32, position: u32) -> u32 { return step[step[4u * token + 2u] + position / 32u]; }
