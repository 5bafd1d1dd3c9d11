// Regular expressions over the names of modules, as Python's re writes them. std::regex has no look-behind, and takes
// exponential time or a deep stack for patterns that a stranger may choose; here the time is bounded by a budget.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::formats {

class Pattern {
 public:
  // Characters, classes, groups, alternatives, repetitions, anchors, and looking ahead and behind. Throws
  // Error{unsupported} for what does not change which texts match only in these: back references, possessive
  // repetitions, flags other than (?i) at the beginning; and for more than 1000 bytes.
  explicit Pattern(std::string text);

  // Whether `name` or a beginning of it matches (re.match). Throws Error{unsupported} when it takes too many steps.
  bool matches_begin(std::string_view name) const;

  // A program of a backtracking machine. Targets of jumps are relative, so that a piece of it may be copied.
  struct Instruction {
    enum class Kind : std::uint8_t { set, split, jump, look, begin, end, boundary, no_boundary, accept };
    Kind kind = Kind::accept;
    // Of set: the bytes that it takes. NOLINTNEXTLINE(readability-redundant-member-init): initialisers leave it out.
    std::bitset<256> set = {};
    int target = 0;  // of split, which goes on behind itself, too, and of jump; of look: which
  };
  using Code = std::vector<Instruction>;
  struct Look {
    Code code;
    bool behind = false;
    bool negative = false;
  };

 private:
  friend class PatternMatcher;
  std::string text_;
  Code code_;
  std::vector<Look> looks_;
};

}  // namespace gerbil::formats
