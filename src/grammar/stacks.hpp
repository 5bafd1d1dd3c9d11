// The stacks of a pushdown automaton, shared: a stack is a number, equal stacks are the same number, and where stacks
// part and join they are a graph. Reading a text never copies one (Scott and Johnstone 2010, "GLL Parsing"; Lang 1974).
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "grammar/grammar.hpp"
#include "grammar/interner.hpp"
#include "grammar/permutations.hpp"

namespace gerbil::grammar {

using Stack = std::uint32_t;

// Where reading goes on when what is on top has been read: the slot, on which stack.
struct Return {
  std::uint32_t slot;
  Stack stack;
  auto operator<=>(const Return&) const = default;
};

// A lexeme that is being read, and where it goes on behind it. `left` is what is left of the lexeme, or a token's id
// with the bit is_token.
struct Thread {
  std::uint32_t left;
  std::uint32_t slot;
  Stack stack;
  auto operator<=>(const Thread&) const = default;
};

inline constexpr std::uint32_t is_token = 0x80000000;
inline constexpr Stack bottom = 0;  // returns to slot 0, `finish`

class Stacks {
 public:
  // Its work is counted by the expressions of `productions`, which outlive it.
  explicit Stacks(Productions& productions);

  // What can be read next at `from`: threads that begin lexemes are appended. True when `finish` is reached. Throws
  // Error{invalid_argument} at Limits::threads.
  bool open(const std::vector<Return>& from, std::vector<Thread>& threads);

  std::size_t bytes() const {
    return permutations_.bytes() + keys_.bytes() + 8 * returns_count_ + 32 * returns_.size();
  }

 private:
  // A rule that begins where we are. Rules that end with a rule do not grow the stack: that one returns to whatever
  // theirs return to.
  struct Frame {
    std::uint32_t rule;
    std::vector<Return> returns;  // stacks with the bit is_frame are frames
    std::vector<Stack> same_as;
    bool ended = false;
  };

  void enter(std::uint32_t rule, std::uint32_t slot, Stack stack);
  void go(std::uint32_t slot, Stack stack);
  void end(Stack stack);
  std::vector<Return> all_returns(std::uint32_t frame) const;
  std::vector<Stack> settle(const std::vector<bool>& wanted);
  Stack keep(Words key, const std::vector<Return>& returns);

  Productions& productions_;
  Permutations permutations_;
  Interner keys_;
  std::vector<std::vector<Return>> returns_;  // of each stack, ascending
  std::size_t returns_count_ = 0;

  // Of one call of open().
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> frame_of_;  // of each rule: its frame, if frames_[it] is of this rule
  std::vector<Return> todo_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace gerbil::grammar
