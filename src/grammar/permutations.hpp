// Items in any order: what may follow a set of items is a rule, and is written when reading comes to it, as there are
// more sets than any text meets.
#pragma once

#include <cstdint>
#include <vector>

#include "grammar/grammar.hpp"
#include "grammar/interner.hpp"

namespace gerbil::grammar {

class Permutations {
 public:
  // Rules and slots are appended to `productions`, which outlive this.
  explicit Permutations(Productions& productions);

  // Gives the rule its alternatives, when it is one of these and has none yet.
  void open(std::uint32_t rule);

  // The rule that goes on where a symbol `taken` has been read.
  std::uint32_t behind(std::uint32_t taken);

  std::size_t bytes() const { return bytes_ + sets_.bytes(); }

 private:
  struct Taken {
    std::uint32_t rule;  // before
    std::uint32_t item;
  };

  std::uint32_t rule_of(const std::vector<std::uint32_t>& set);

  Productions& productions_;
  Interner sets_;  // each the number of the group, and a bit for each item that was taken
  std::vector<std::uint32_t> rule_of_;
  std::vector<std::uint32_t> set_of_;  // of each rule, or none
  std::vector<Taken> taken_;
  std::size_t bytes_ = 0;
};

}  // namespace gerbil::grammar
