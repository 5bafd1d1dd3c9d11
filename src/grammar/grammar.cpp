#include "grammar/grammar.hpp"

#include <algorithm>

namespace gerbil::grammar {
namespace {

// Lexemes that stand side by side become one.
Sequence joined(Expressions& expressions, const Sequence& sequence) {
  Sequence made;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    if (sequence[i].kind != Symbol::Kind::lexeme) {
      made.push_back(sequence[i]);
      continue;
    }
    std::vector<Expression> parts;
    for (; i < sequence.size() && sequence[i].kind == Symbol::Kind::lexeme; ++i) parts.push_back(sequence[i].value);
    --i;
    const Expression all = expressions.sequence(parts);
    if (all != empty) made.push_back(lexeme(all));
  }
  return made;
}

Sequence operator+(Sequence first, const Sequence& second) {
  first.append_range(second);
  return first;
}

}  // namespace

void Grammar::count(std::size_t more) {
  counted_ += more;
  if (counted_ > limits().rules) exceed(limits().rules, "rules", "make it, its repetitions or its lists shorter");
}

std::uint32_t Grammar::add_rule() {
  count(1);
  rules_.emplace_back();
  return static_cast<std::uint32_t>(rules_.size() - 1);
}

void Grammar::add(std::uint32_t rule, const Sequence& alternative) {
  count(1 + alternative.size() / 8);
  rules_[rule].push_back(joined(expressions_, alternative));
}

std::uint32_t Grammar::either(const std::vector<Sequence>& alternatives) {
  const std::uint32_t made = add_rule();
  for (const Sequence& each : alternatives) add(made, each);
  return made;
}

Sequence Grammar::repetition(const Sequence& item, std::uint32_t least, std::uint32_t most, const Sequence& separator) {
  if (most == 0 || most < least) return most < least ? Sequence{rule(add_rule())} : Sequence{};
  count(least);
  const Sequence further = separator + item;
  Sequence rest;  // what may follow the last that is needed
  if (most == unbounded) {
    const std::uint32_t more = add_rule();
    add(more, {});
    add(more, further + Sequence{rule(more)});
    rest = {rule(more)};
  } else {
    count(most);
    for (std::uint32_t i = std::max(least, 1u); i < most; ++i) rest = {rule(either({{}, further + rest}))};
  }
  // Backwards, as rules of two: a sequence of thousands would be copied for each.
  for (std::uint32_t i = 1; i < least; ++i) rest = {rule(either({further + rest}))};
  const Sequence all = item + rest;
  return least == 0 ? Sequence{rule(either({{}, all}))} : all;
}

std::uint32_t Grammar::unordered(Unordered group) {
  count(group.items.size() + group.tails.size());
  const std::uint32_t made = add_rule();
  groups_.emplace_back(made, std::move(group));
  return made;
}

}  // namespace gerbil::grammar
