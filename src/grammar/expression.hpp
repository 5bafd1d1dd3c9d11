// Regular expressions over bytes, as values: hash-consed, with intersection and complement, and their derivatives. The
// derivative of an expression by a byte matches what may follow that byte (Brzozowski 1964, "Derivatives of Regular
// Expressions"; Owens, Reppy and Turon 2009). Expressions are thereby the states of their own deterministic automaton.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar/derivatives.hpp"
#include "grammar/interner.hpp"
#include "grammar/limits.hpp"

namespace gerbil::grammar {

using ByteSet = std::bitset<256>;
using Expression = std::uint32_t;

inline constexpr Expression nothing = 0;   // matches no text
inline constexpr Expression empty = 1;     // matches the empty text
inline constexpr Expression anything = 2;  // matches every text
inline constexpr std::uint32_t unbounded = 0xffffffff;

// "The digits that follow `remainder` make a multiple": before the point any number of digits, behind it `fraction`
// that count and then zeros. The value times 10^fraction is to be a multiple of `divisor`, at most 10^9.
struct Multiple {
  std::uint32_t divisor = 1;
  std::uint32_t remainder = 0;
  std::uint32_t fraction = 0;
  std::uint32_t behind_point = 0;
};

// Every function that makes an expression throws Error{invalid_argument} at Limits::expression_words.
class Expressions {
 public:
  enum class Kind : std::uint32_t {
    no_text,
    empty_text,
    bytes,
    concatenation,
    either,
    both,
    complement,
    repetition,
    multiple
  };

  explicit Expressions(const Limits& limits);

  Expression bytes(const ByteSet& set);
  Expression literal(std::string_view text);
  Expression literals(std::vector<std::string> texts);  // one of these; shared prefixes are shared
  Expression concatenation(Expression first, Expression second);
  Expression sequence(const std::vector<Expression>& parts);
  Expression either(std::vector<Expression> parts);
  Expression both(std::vector<Expression> parts);
  Expression complement(Expression inner);
  Expression repetition(Expression inner, std::uint32_t least, std::uint32_t most);
  Expression multiple(const Multiple& of);

  Expression derivative(Expression of, std::uint8_t byte);

  // An expression that texts of fewer than `bytes` bytes begin in just as they begin `of`: repetitions that it starts
  // with are counted no further.
  Expression nearby(Expression of, std::uint32_t bytes);

  bool matches_empty(Expression expression) const { return facts_[expression] & 1; }
  // Whether some text is known to match. Below an intersection, a complement or a multiple it takes a search
  // (Automaton::can_match).
  bool surely_matches(Expression expression) const { return facts_[expression] & 2; }
  bool matches(Expression expression, std::string_view text);

  // The byte sets that `roots` are made of.
  std::vector<ByteSet> byte_sets(const std::vector<Expression>& roots) const;

  // Counts work. Throws Error{invalid_argument} at Limits::work, and at Limits::step_work since begin_work(), and what
  // Limits::check does.
  void spend(std::size_t steps) {
    work_ += steps;
    if (work_ >= next_look_) look();
  }
  // From here on it is the work of a mask or a token, which nobody ends.
  void begin_work();

  const Limits& limits() const { return limits_; }
  std::size_t size() const { return nodes_.size(); }
  std::size_t words() const { return nodes_.words(); }

 private:
  Expression make(Kind kind, Words operands, bool matches_empty, bool surely_matches);
  Kind kind(Expression expression) const { return static_cast<Kind>(nodes_[expression][0]); }
  std::vector<Expression> operands(Expression expression) const;
  ByteSet set_of(Expression expression) const;
  Expression derive(Expression of, std::uint8_t byte);
  bool known(Expression of, std::uint8_t byte) const { return derivatives_.find(of, byte) != nullptr; }
  // Flattens nested operands of `kind`, sorts them and drops repeated ones.
  std::vector<Expression> flat(Kind kind, const std::vector<Expression>& parts);

  void look();

  Limits limits_;
  std::size_t work_ = 0;
  std::size_t most_work_;
  std::size_t next_look_ = 0;
  Interner nodes_;  // kind, operands
  std::vector<std::uint8_t> facts_;
  Derivatives derivatives_;
};

}  // namespace gerbil::grammar
