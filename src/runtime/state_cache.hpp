// The pages of all sequences: who has which, and what is shared.
//
// A page belongs to one sequence, or to the tree of prefixes, where any number of sequences may hold it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/block_pool.hpp"
#include "runtime/prefix_tree.hpp"
#include "runtime/sequence.hpp"

namespace gerbil::runtime {

class StateCache {
 public:
  // reuse: pages stay in the tree, for sequences that begin alike.
  StateCache(std::int32_t tokens, bool reuse);

  std::int32_t capacity() const;  // in tokens
  // Blocks that are free, and those that could be with what nobody holds evicted.
  std::int32_t free() const { return pool_.available(); }
  std::int32_t obtainable() const { return pool_.available() + prefixes_.evictable(); }
  // Blocks that a sequence lacks for so many tokens.
  static std::int32_t missing(const Sequence& sequence, std::int32_t tokens);

  // Before anything else.
  void enter(Sequence& sequence) { sequence.node = prefixes_.root(sequence.variant); }
  // Takes the pages that others have computed for the tokens that come next. What is wanted of it is always computed.
  void adopt(Sequence& sequence);
  // Gives it the blocks for so many tokens, evicting what nobody holds; false, with nothing evicted, when they are not
  // to be had.
  bool grow(Sequence& sequence, std::int32_t tokens);
  // A page that begins alike cannot be shared, as both would go on writing to it, but copied, from the first of the
  // result to the second. It counts as computed. No block: there is none.
  std::pair<std::int32_t, std::int32_t> copy_partial_page(Sequence& sequence);
  // Puts its pages that have become full into the tree.
  void share(Sequence& sequence);
  // Takes all its pages. lasting: what has been computed stays in the tree until the room is needed.
  void release(Sequence& sequence, bool lasting);

  // Whether both compute the same page next.
  bool compute_the_same(const Sequence& a, const Sequence& b) const;

 private:
  bool shares(const Sequence& sequence) const { return reuse_ && !sequence.encodes(); }
  bool may_adopt(const Sequence& sequence) const;

  bool reuse_;
  BlockPool pool_;
  PrefixTree prefixes_;
};

}  // namespace gerbil::runtime
