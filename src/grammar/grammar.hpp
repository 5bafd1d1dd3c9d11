// Context-free grammars whose terminals are lexemes: regular expressions over bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "grammar/expression.hpp"

namespace gerbil::grammar {

struct Symbol {
  enum class Kind : std::uint32_t { lexeme, token, rule, taken, end, finish };  // the last three: see Productions
  Kind kind;
  std::uint32_t value;  // an Expression, a token's id, a rule's number, see Permutations::behind()
};
using Sequence = std::vector<Symbol>;

inline Symbol lexeme(Expression expression) { return {Symbol::Kind::lexeme, expression}; }
inline Symbol special_token(std::uint32_t id) { return {Symbol::Kind::token, id}; }
inline Symbol rule(std::uint32_t number) { return {Symbol::Kind::rule, number}; }

// Items each at most once, in any order or in theirs, and what comes behind them.
struct Unordered {
  struct Item {
    Expression first;     // what it begins with as the first of all
    Expression further;   // and behind others
    std::uint32_t value;  // the rule that goes on
    bool required;
  };
  std::vector<Item> items;
  std::vector<std::uint32_t> tails;  // the rules behind 0, 1, … items; the last one also behind more
  bool in_order = false;
};

// What the recogniser reads: all alternatives behind each other, each with an `end`. Slot 0 is `finish`, where the
// whole text has been read. Every rule that is left matches some text, and so does every lexeme. Rules of groups get
// their alternatives while texts are read (Permutations): behind an item there is the symbol `taken`.
struct Productions {
  struct Group : Unordered {
    std::uint32_t rule;
    std::vector<std::size_t> next_tail;  // of each number of items: the least from there on behind which a tail matches
  };
  Expressions expressions;
  std::vector<Expression> lexemes;
  std::vector<Symbol> slots;
  std::vector<std::vector<std::uint32_t>> alternatives;  // of each rule: where they begin
  std::vector<Group> groups;
  std::uint32_t root = 0;
};

class Grammar {
 public:
  explicit Grammar(const Limits& limits) : expressions_(limits) {}

  Expressions& expressions() { return expressions_; }
  const Limits& limits() const { return expressions_.limits(); }

  // A rule without alternatives, which matches nothing until it gets one. Throws Error{invalid_argument} at
  // Limits::rules, as add() does.
  std::uint32_t add_rule();
  void add(std::uint32_t rule, const Sequence& alternative);

  // A rule for the items; there is at least one tail.
  std::uint32_t unordered(Unordered group);

  std::uint32_t either(const std::vector<Sequence>& alternatives);
  // `item` at least `least` and at most `most` times (or `unbounded`), with `separator` between.
  Sequence repetition(const Sequence& item, std::uint32_t least, std::uint32_t most, const Sequence& separator = {});

  // Throws Error{invalid_argument} when no text matches `root`.
  Productions finish(std::uint32_t root) const;

 private:
  void count(std::size_t more);

  Expressions expressions_;
  std::vector<std::vector<Sequence>> rules_;
  std::vector<std::pair<std::uint32_t, Unordered>> groups_;  // with their rules
  std::size_t counted_ = 0;
};

}  // namespace gerbil::grammar
