// What a scheduler must know of its program, and how it is to behave.
#pragma once

#include <cstdint>
#include <vector>

namespace gerbil::runtime {

struct SchedulerOptions {
  std::int32_t context_length = 0;          // tokens of one sequence, prompt and answer
  std::int32_t kv_tokens = 0;               // capacity of pages that keep everything
  std::vector<std::int32_t> windows = {0};  // of the program's groups of pages, see graph::page_groups()
  std::vector<std::int32_t> group_tokens;   // their capacities, where they are not kv_tokens
  std::int32_t slots = 0;  // recurrent states (graph::Slot) of sequences, each of which needs one; 0: there are none
  std::int32_t snapshots = 0;       // and those kept of prefixes, which come after them
  std::int32_t step_multiple = 1;   // where a prompt may be cut, see graph::Graph; step_tokens must not be less
  std::int32_t step_tokens = 512;   // what a step takes of several requests
  std::int32_t max_tokens = 512;    // of one step: a text that has to be read at once may have more than step_tokens
  std::int32_t max_sequences = 64;  // of one step
  std::int32_t max_outputs = 64;    // wanted rows of one step
  std::int32_t vocabulary = 0;
  std::int32_t types = 1;                  // of tokens
  std::int32_t padding_token = -1;         // see graph::Index::ordinal
  std::int32_t rope_original_context = 0;  // sequences that may grow beyond it use the long rope; 0: none does
  std::int32_t max_waiting = 0;            // requests that may wait for room, preempted ones included; 0: any number
  // Guesses of how answers go on, which a step verifies (Leviathan et al. 2023, speculative decoding): the most of one
  // sequence, 0: none; and rows of decoded tokens and guesses together up to which a step has any.
  std::int32_t draft_tokens = 0;
  std::int32_t draft_rows = 8;
  bool drafter = false;  // somebody guesses where the text has not said the same before, see Scheduler::undrafted()
  // What guesses of the drafter take, in steps of one row: each of them, and however few there are. 0 each: they are
  // wanted whatever they take.
  double draft_cost = 0;
  double draft_start = 0;
  std::int32_t handed_width = 0;  // elements of a row that the program hands over for the drafter; 0: it does not
  // Rows of all sequences that are kept until there is something to guess: of so many the drafter reads all. While too
  // many sequences decode for any guesses none are handed over, and what is guessed afterwards is worse.
  std::int32_t handed_rows = 1024;
  bool whole_texts = false;  // the program encodes texts, each of which must be in one step
  bool reuse_prefixes = true;
};

}  // namespace gerbil::runtime
