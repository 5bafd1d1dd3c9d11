// Which plain characters a lexeme takes, whatever they are: tokens of them then need no walk.
#include <algorithm>
#include <utility>

#include "grammar/automaton.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::size_t most_branches = 64;  // states after one character; whatever branches more is walked through
constexpr std::size_t few_branches = 4;    // of all texts of so many characters
constexpr std::uint32_t most_characters = 64;
constexpr std::uint32_t not_known = 0xfffffffe;

// The rows of Unicode's table 3-7, "Well-Formed UTF-8 Byte Sequences".
struct Form {
  int lead_first, lead_last, second_first, second_last, more;
};
constexpr std::array forms = {Form{0xc2, 0xdf, 0x80, 0xbf, 0}, Form{0xe0, 0xe0, 0xa0, 0xbf, 1},
                              Form{0xe1, 0xec, 0x80, 0xbf, 1}, Form{0xed, 0xed, 0x80, 0x9f, 1},
                              Form{0xee, 0xef, 0x80, 0xbf, 1}, Form{0xf0, 0xf0, 0x90, 0xbf, 2},
                              Form{0xf1, 0xf3, 0x80, 0xbf, 2}, Form{0xf4, 0xf4, 0x80, 0x8f, 2}};

}  // namespace

// Appends what the bytes lead to; whether all of them lead somewhere, as soon as one does not where `all` is wanted.
bool Automaton::step_all(const std::vector<Expression>& from, int first, int last, bool all,
                         std::vector<Expression>& to) {
  std::array<bool, 256> done{};
  bool led = true;
  for (int byte = first; byte <= last; ++byte) {
    const std::uint8_t byte_class = class_of_[static_cast<std::size_t>(byte)];
    if (done[byte_class]) continue;
    done[byte_class] = true;
    for (const Expression each : from) {
      const Expression next = step(each, byte_class);
      expressions_.spend(1 + to.size() / 8);
      if (next == nothing) {
        led = false;
        if (all) return false;
      } else if (!std::ranges::contains(to, next)) {
        to.push_back(next);
      }
    }
  }
  return led;
}

// The same for all bytes of a character.
bool Automaton::step_character(Plain kind, Expression state, bool all, std::vector<Expression>& after) {
  constexpr std::array<std::pair<char, char>, 3> word = {{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}};
  constexpr std::array<std::pair<char, char>, 3> ascii = {{{' ', '!'}, {'#', '['}, {']', '~'}}};
  const std::vector<Expression> start = {state};
  bool led = true;
  for (const auto& [first, last] : kind == Plain::word ? word : ascii) {
    led &= step_all(start, first, last, all, after);
    if (all && !led) return false;
  }
  if (kind == Plain::word) return led;
  for (const Form& form : forms) {
    std::vector<Expression> now;
    std::vector<Expression> then;
    led &= step_all(start, form.lead_first, form.lead_last, all, now);
    led &= step_all(now, form.second_first, form.second_last, all, then);
    for (int more = 0; more < form.more; ++more) {
      now = std::exchange(then, {});
      led &= step_all(now, 0x80, 0xbf, all, then);
    }
    if (all && !led) return false;
    for (const Expression each : then) {
      if (!std::ranges::contains(after, each)) after.push_back(each);
    }
  }
  return led;
}

Automaton::Plainness& Automaton::plainness(Plain kind, Expression state) {
  auto& known = plainness_[static_cast<std::size_t>(kind)];
  if (state >= known.size()) known.resize(expressions_.size() + 64);
  return known[state];
}

bool Automaton::takes(Plain kind, Expression state, std::uint32_t count) {
  if (count == 0) return true;
  const Plainness known = plainness(kind, state);
  if (count <= known.taken) return true;
  if (count >= known.not_taken) return false;
  std::vector<Expression> after;
  bool taken = step_character(kind, state, true, after);
  if (taken && after.size() == 1 && after[0] == state) {
    plainness(kind, state).taken = unbounded - 1;  // goes round for ever
    return true;
  }
  taken = taken && after.size() <= most_branches;
  for (std::size_t i = 0; taken && i < after.size(); ++i) taken = takes(kind, after[i], count - 1);
  (taken ? plainness(kind, state).taken : plainness(kind, state).not_taken) = count;
  return taken;
}

std::uint32_t Automaton::longest(Plain kind, Expression state) {
  if (const std::uint32_t known = plainness(kind, state).longest; known != not_known) return known;
  // Of lexemes that take some characters only, most of a walk is skipped anyway.
  if (!takes(kind, state, 1)) return plainness(kind, state).longest = unbounded;
  std::vector<Expression> now = {state};
  std::uint32_t count = 0;
  for (; count < most_characters && !now.empty() && now.size() <= few_branches; ++count) {
    std::vector<Expression> after;
    for (const Expression each : now) {
      if (plainness(kind, each).longest == unbounded) return plainness(kind, state).longest = unbounded;
      std::vector<Expression> next;
      step_character(kind, each, false, next);
      if (std::ranges::contains(next, each)) {  // goes round for ever
        plainness(kind, each).longest = unbounded;
        return plainness(kind, state).longest = unbounded;
      }
      for (const Expression one : next) {
        if (!std::ranges::contains(after, one)) after.push_back(one);
      }
    }
    now = std::move(after);
  }
  return plainness(kind, state).longest = now.empty() ? count - 1 : unbounded;
}

}  // namespace gerbil::grammar
