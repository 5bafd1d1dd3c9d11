// The pages of all sequences: who has which, and what is shared.
//
// There is a pool of blocks for each group of pages. A block belongs to one sequence, or to the tree of prefixes, where
// any number of sequences may hold it. In a group with a window a sequence keeps those that its next token looks back
// to, so that its share stops growing at the window.
//
// Where the model has recurrent states, every sequence has a slot for its own, and a node of the tree may have a
// snapshot: a copy of what the state was after its tokens, from which others go on. Snapshots are taken at the end of a
// prompt, where a prompt leaves what others have in common with it, and of an answer the latest.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "backends/program.hpp"
#include "runtime/prefix_tree.hpp"
#include "runtime/scheduler_options.hpp"
#include "runtime/sequence.hpp"

namespace gerbil::runtime {

using BlockCounts = std::vector<std::int32_t>;  // by group

// What the program is to copy before its next step, one after the other.
struct StateCopies {
  std::vector<BlockCopy> blocks;
  std::vector<std::pair<std::int32_t, std::int32_t>> slots;  // from, to
  bool empty() const { return blocks.empty() && slots.empty(); }
};

// Tokens in the pages of a group.
struct CacheUse {
  std::int64_t held = 0;        // by sequences
  std::int64_t remembered = 0;  // by nobody: they could be evicted
  std::int64_t capacity = 0;
};

class StateCache {
 public:
  // Throws Error{invalid_argument} when a group has no room for one sequence of step_tokens at a time.
  explicit StateCache(const SchedulerOptions& options);

  // Whether so many blocks are free; or could be, with what nobody holds evicted.
  bool free(const BlockCounts& wanted) const;
  bool obtainable(const BlockCounts& wanted) const;
  // Blocks that a sequence lacks to get as far as so many tokens.
  BlockCounts missing(const Sequence& sequence, std::int32_t tokens) const;
  // Tokens that its blocks have room for.
  std::int32_t room(const Sequence& sequence) const;

  // Of the group with the largest share in use.
  CacheUse use() const;

  // Before anything else.
  void enter(Sequence& sequence);
  // Gives it a slot, where the model has them; false when all are taken.
  bool admit(Sequence& sequence);
  // Takes the pages that others have computed for the tokens that come next. What is wanted of it is always computed.
  void adopt(Sequence& sequence);
  // Gives it the blocks for so many tokens, evicting what nobody holds; false, with nothing evicted, when they are not
  // to be had. Groups with a window give no more than a step needs.
  bool grow(Sequence& sequence, std::int32_t tokens);
  // A page that begins alike cannot be shared, as both would go on writing to it, but copied, when there is one. It
  // counts as computed.
  void copy_partial_page(Sequence& sequence);
  // Where its next step must end at the latest, in tokens: a snapshot is to be taken there, or a prompt may be cut
  // there and not at `end`.
  std::int32_t cut(const Sequence& sequence, std::int32_t end) const;
  // How many guesses, `most` at most, a step of the sequence may verify: each leaves recurrent states in a slot of its
  // own, and the step ends at the latest where a snapshot is taken.
  std::int32_t guessable(const Sequence& sequence, std::int32_t most) const;
  BlockLease guess_slots(std::int32_t guesses);
  // When a step has been planned and the next is not yet: its pages that have become full go into the tree, it lets go
  // of those behind the windows, and a snapshot is taken where one is wanted.
  void settle(Sequence& sequence);
  // Takes all its pages. lasting: what has been computed stays in the tree until the room is needed.
  void release(Sequence& sequence, bool lasting);

  // Forgets what was computed, when nobody holds any of it.
  void forget();
  // What is to be copied since it was last asked.
  StateCopies take_copies() { return std::exchange(copies_, {}); }

  // Whether both compute the same page next.
  bool compute_the_same(const Sequence& a, const Sequence& b) const;

 private:
  bool shares(const Sequence& sequence) const { return reuse_ && !sequence.encodes(); }
  bool recurrent() const { return slots_.size() > 0; }
  std::int32_t last_snapshot_end(const Sequence& sequence) const;
  bool takes_snapshots(const Sequence& sequence) const {
    return recurrent() && shares(sequence) && groups_[page_groups_].pool.size() > 0;
  }
  void take_snapshot(Sequence& sequence);
  void restore(Sequence& sequence);
  bool may_adopt(const Sequence& sequence, std::int32_t page) const;
  std::int32_t first_needed(std::size_t group, std::int32_t position) const;
  void share_page(Sequence& sequence, std::int32_t tokens);
  void step_down(Sequence& sequence, PrefixTree::Node* node);
  void pass(Sequence& sequence, std::size_t group, std::int32_t end);
  void slide(Sequence& sequence);

  bool reuse_;
  std::int32_t step_tokens_;
  std::int32_t step_multiple_;
  std::int32_t snapshot_multiple_;  // of tokens: where a page ends and a prompt may be cut
  BlockPool slots_;                 // of sequences; snapshots have the numbers after them
  std::size_t page_groups_;
  std::vector<BlockGroup> groups_;  // of pages, and where there are any that of snapshots
  StateCopies copies_;
  PrefixTree prefixes_;
};

}  // namespace gerbil::runtime
