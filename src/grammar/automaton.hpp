// The deterministic automaton whose states are expressions, built as far as texts have gone. Bytes that no expression
// tells apart are one class.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "grammar/code_points.hpp"
#include "grammar/expression.hpp"

namespace gerbil::grammar {

class Automaton {
 public:
  // For `roots` and whatever is derived from them. `expressions` outlives this.
  Automaton(Expressions& expressions, const std::vector<Expression>& roots);

  std::uint32_t classes() const { return static_cast<std::uint32_t>(members_.size()); }
  std::uint8_t class_of(std::uint8_t byte) const { return class_of_[byte]; }
  std::uint8_t member(std::uint32_t byte_class) const { return members_[byte_class]; }
  bool single(std::uint32_t byte_class) const { return single_[byte_class]; }

  // What `state` becomes by a byte of the class; `nothing` when no text follows. Throws Error{invalid_argument} at
  // Limits::automaton_bytes and as can_match() does.
  Expression step(Expression state, std::uint32_t byte_class);

  // Whether some text matches. Throws Error{invalid_argument} at Limits::search_steps.
  bool can_match(Expression state);

  bool matches_empty(Expression state) const { return expressions_.matches_empty(state); }

  std::size_t bytes() const { return 4 * steps_.size(); }

  // Whether texts of 1 to `count` such characters all begin a text that matches.
  bool takes(Plain kind, Expression state, std::uint32_t count);

  // How many such characters a text may begin with at most; `unbounded` for more than 64 and where it takes long to
  // say.
  std::uint32_t longest(Plain kind, Expression state);

 private:
  std::uint32_t row(Expression state);
  Expression raw_step(Expression state, std::uint32_t byte_class);
  bool step_all(const std::vector<Expression>& from, int first, int last, bool all, std::vector<Expression>& to);
  bool step_character(Plain kind, Expression state, bool all, std::vector<Expression>& after);

  enum : std::uint8_t { unknown, alive, dead };

  Expressions& expressions_;
  std::array<std::uint8_t, 256> class_of_{};
  std::vector<std::uint8_t> members_;
  std::vector<bool> single_;
  std::vector<std::uint32_t> rows_;      // of each expression: where its row begins in steps_, or none
  std::vector<Expression> steps_;        // classes() for each row
  std::vector<std::uint8_t> matching_;   // unknown, alive, dead
  std::vector<std::uint32_t> searched_;  // of each expression: the last search that saw it
  std::uint32_t search_ = 0;
  // What is known of each expression and kind of characters.
  struct Plainness {
    std::uint32_t taken = 0;               // counts up to this are taken
    std::uint32_t not_taken = 0xffffffff;  // counts from this on are not
    std::uint32_t longest = 0xfffffffe;    // or this, which is unknown
  };
  Plainness& plainness(Plain kind, Expression state);
  std::vector<Plainness> plainness_[2];
};

}  // namespace gerbil::grammar
