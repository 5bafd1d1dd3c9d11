// The pages of all sequences: who has which, and what is shared.
//
// There is a pool of blocks for each group of pages. A block belongs to one sequence, or to the tree of prefixes, where
// any number of sequences may hold it. In a group with a window a sequence keeps those that its next token looks back
// to, so that its share stops growing at the window.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/program.hpp"
#include "runtime/prefix_tree.hpp"
#include "runtime/scheduler_options.hpp"
#include "runtime/sequence.hpp"

namespace gerbil::runtime {

using BlockCounts = std::vector<std::int32_t>;  // by group

class StateCache {
 public:
  // Throws Error{invalid_argument} when a group has no room for one sequence of step_tokens at a time.
  explicit StateCache(const SchedulerOptions& options);

  // Whether so many blocks are free; or could be, with what nobody holds evicted.
  bool free(const BlockCounts& wanted) const;
  bool obtainable(const BlockCounts& wanted) const;
  // Blocks that a sequence lacks to get as far as so many tokens.
  BlockCounts missing(const Sequence& sequence, std::int32_t tokens) const;

  // Before anything else.
  void enter(Sequence& sequence);
  // Takes the pages that others have computed for the tokens that come next. What is wanted of it is always computed.
  void adopt(Sequence& sequence);
  // Gives it the blocks for so many tokens, evicting what nobody holds; false, with nothing evicted, when they are not
  // to be had. Groups with a window give no more than a step needs.
  bool grow(Sequence& sequence, std::int32_t tokens);
  // A page that begins alike cannot be shared, as both would go on writing to it, but copied. It counts as computed.
  // What is to be copied; nothing when there is no such page.
  std::vector<BlockCopy> copy_partial_page(Sequence& sequence);
  // After a step: its pages that have become full go into the tree, and it lets go of those behind the windows.
  void settle(Sequence& sequence);
  // Takes all its pages. lasting: what has been computed stays in the tree until the room is needed.
  void release(Sequence& sequence, bool lasting);

  // Evicts all that nobody holds.
  void forget();

  // Whether both compute the same page next.
  bool compute_the_same(const Sequence& a, const Sequence& b) const;

 private:
  bool shares(const Sequence& sequence) const { return reuse_ && !sequence.encodes(); }
  bool may_adopt(const Sequence& sequence, std::int32_t page) const;
  std::int32_t first_needed(std::size_t group, std::int32_t position) const;
  void share_page(Sequence& sequence, std::int32_t tokens);
  void step_down(Sequence& sequence, PrefixTree::Node* node);
  void pass(Sequence& sequence, std::size_t group, std::int32_t end);
  void slide(Sequence& sequence);

  bool reuse_;
  std::int32_t step_tokens_;
  std::vector<BlockGroup> groups_;
  PrefixTree prefixes_;
};

}  // namespace gerbil::runtime
