#include "grammar/automaton.hpp"

#include <algorithm>
#include <utility>

namespace gerbil::grammar {
namespace {

constexpr std::uint32_t none = 0xffffffff;

}  // namespace

Automaton::Automaton(Expressions& expressions, const std::vector<Expression>& roots) : expressions_(expressions) {
  std::vector<std::uint32_t> part(256, 0);
  const auto refine = [&](const ByteSet& set) {
    std::array<std::uint32_t, 512> numbers;  // of the part of a part that is in the set, and of that which is not
    numbers.fill(none);
    std::uint32_t next = 0;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      std::uint32_t& number = numbers[2 * part[byte] + set[byte]];
      if (number == none) number = next++;
      part[byte] = number;
    }
  };
  std::vector<ByteSet> sets = expressions.byte_sets(roots);
  expressions.spend(10 * sets.size());
  for (const ByteSet& set : sets) refine(set);
  for (std::size_t byte = 0; byte < 256; ++byte) {
    class_of_[byte] = static_cast<std::uint8_t>(part[byte]);
    if (part[byte] == members_.size()) {
      members_.push_back(static_cast<std::uint8_t>(byte));
      single_.push_back(true);
    } else {
      single_[part[byte]] = false;
    }
  }
}

std::uint32_t Automaton::row(Expression state) {
  if (state >= rows_.size()) rows_.resize(expressions_.size(), none);
  if (rows_[state] == none) {
    if (4 * steps_.size() > expressions_.limits().automaton_bytes) {
      exceed(expressions_.limits().automaton_bytes, "bytes for the automata of its regular expressions",
             "make patterns simpler or repetitions shorter");
    }
    rows_[state] = static_cast<std::uint32_t>(steps_.size() / classes());
    steps_.resize(steps_.size() + classes(), none);
  }
  return rows_[state];
}

Expression Automaton::raw_step(Expression state, std::uint32_t byte_class) {
  const std::size_t at = std::size_t{row(state)} * classes() + byte_class;
  if (steps_[at] == none) steps_[at] = expressions_.derivative(state, members_[byte_class]);
  return steps_[at];
}

Expression Automaton::step(Expression state, std::uint32_t byte_class) {
  if (state < rows_.size() && rows_[state] != none) {
    const Expression known = steps_[std::size_t{rows_[state]} * classes() + byte_class];
    if (known != none && (known == nothing || (known < matching_.size() && matching_[known] == alive))) return known;
  }
  const Expression next = raw_step(state, byte_class);
  if (can_match(next)) return next;
  steps_[std::size_t{row(state)} * classes() + byte_class] = nothing;
  return nothing;
}

bool Automaton::can_match(Expression state) {
  if (state >= matching_.size()) matching_.resize(expressions_.size() + 64, unknown);
  if (matching_[state] != unknown) return matching_[state] == alive;
  if (state == nothing || expressions_.surely_matches(state)) {
    matching_[state] = state == nothing ? dead : alive;
    return matching_[state] == alive;
  }
  // Depth first: what lies on the way to a match is alive; when there is none, all that was seen is dead.
  struct Visit {
    Expression state;
    std::uint32_t next_class;
  };
  std::vector<Visit> way = {{state, 0}};
  std::vector<Expression> seen = {state};
  ++search_;
  const auto first_visit = [&](Expression each) {
    if (each >= searched_.size()) searched_.resize(expressions_.size() + 64, 0);
    return std::exchange(searched_[each], search_) != search_;
  };
  first_visit(state);
  bool found = false;
  std::size_t steps = 0;
  while (!way.empty() && !found) {
    if (way.back().next_class == classes()) {
      way.pop_back();
      continue;
    }
    if (++steps > expressions_.limits().search_steps) {
      exceed(expressions_.limits().search_steps, "steps to find a text that a regular expression matches",
             "make the pattern, its length limits or the multiple simpler");
    }
    const Expression next = raw_step(way.back().state, way.back().next_class++);
    if (next >= matching_.size()) matching_.resize(expressions_.size() + 64, unknown);
    if (next == nothing || matching_[next] == dead || !first_visit(next)) continue;
    found = matching_[next] == alive || expressions_.surely_matches(next);
    if (found) matching_[next] = alive;
    way.push_back({next, 0});
    seen.push_back(next);
  }
  if (found) {
    for (const Visit& visit : way) matching_[visit.state] = alive;
  } else {
    for (const Expression each : seen) matching_[each] = dead;
  }
  return found;
}

}  // namespace gerbil::grammar
