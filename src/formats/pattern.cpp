// Matching: every pair of instruction and position is tried once (as in RE2's BitState), because without back
// references a second try would end as the first.
#include "formats/pattern.hpp"

#include <utility>

#include "formats/tensor.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

using Instruction = Pattern::Instruction;

constexpr std::int64_t most_steps = 2'000'000;

bool is_word(unsigned char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

class PatternMatcher {
 public:
  PatternMatcher(const Pattern& pattern, std::string_view name)
      : pattern_(pattern), name_(name), looked_(pattern.looks_.size() * (name.size() + 1), unknown) {}

  // Whether `code` takes the name from `begin` on, up to `end` where that is a position, and up to any otherwise.
  bool run(const Pattern::Code& code, std::size_t begin, std::size_t end) {
    std::vector<bool> tried(code.size() * (name_.size() + 1));
    std::vector<std::pair<std::size_t, std::size_t>> open{{0, begin}};
    while (!open.empty()) {
      auto [at, position] = open.back();
      open.pop_back();
      const std::size_t place = at * (name_.size() + 1) + position;
      if (tried[place]) continue;
      tried[place] = true;
      if (++steps_ > most_steps) {
        throw Error(ErrorCode::unsupported, "The pattern '" + shown(pattern_.text_) +
                                                "' of GPTQ's 'dynamic' is too complex to match against '" +
                                                shown(name_) + "'.");
      }
      const Instruction& instruction = code[at];
      const auto target = [&, here = at] {
        return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(here) + instruction.target);
      };
      switch (instruction.kind) {
        case Instruction::Kind::accept:
          if (end == anywhere || position == end) return true;
          continue;
        case Instruction::Kind::jump:
          open.emplace_back(target(), position);
          continue;
        case Instruction::Kind::split:
          open.emplace_back(target(), position);
          break;
        case Instruction::Kind::set:
          if (position == name_.size() || !instruction.set[static_cast<unsigned char>(name_[position])]) continue;
          ++position;
          break;
        default:
          if (!holds(instruction, position)) continue;
      }
      open.emplace_back(at + 1, position);
    }
    return false;
  }

  static constexpr std::size_t anywhere = static_cast<std::size_t>(-1);

 private:
  enum Looked : char { unknown, no, yes };

  bool holds(const Instruction& instruction, std::size_t position) {
    switch (instruction.kind) {
      case Instruction::Kind::begin:
        return position == 0;
      case Instruction::Kind::end:
        return position == name_.size();
      case Instruction::Kind::look:
        return look(static_cast<std::size_t>(instruction.target), position);
      default:
        return at_boundary(position) == (instruction.kind == Instruction::Kind::boundary);
    }
  }

  bool at_boundary(std::size_t position) const {
    const bool before = position > 0 && is_word(static_cast<unsigned char>(name_[position - 1]));
    return before != (position < name_.size() && is_word(static_cast<unsigned char>(name_[position])));
  }

  bool look(std::size_t which, std::size_t position) {
    const std::size_t place = which * (name_.size() + 1) + position;
    if (looked_[place] == unknown) {
      const Pattern::Look& wanted = pattern_.looks_[which];
      bool found = !wanted.behind && run(wanted.code, position, anywhere);
      for (std::size_t begin = 0; wanted.behind && !found && begin <= position; ++begin) {
        found = run(wanted.code, begin, position);
      }
      looked_[place] = found != wanted.negative ? yes : no;
    }
    return looked_[place] == yes;
  }

  const Pattern& pattern_;
  std::string_view name_;
  std::vector<char> looked_;  // of each look at each position
  std::int64_t steps_ = 0;
};

bool Pattern::matches_begin(std::string_view name) const {
  return PatternMatcher(*this, name).run(code_, 0, PatternMatcher::anywhere);
}

}  // namespace gerbil::formats
