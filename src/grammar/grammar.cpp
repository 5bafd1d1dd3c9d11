#include "grammar/grammar.hpp"

#include <algorithm>

#include "gerbil/error.hpp"
#include "grammar/automaton.hpp"

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

Productions Grammar::finish(std::uint32_t root) const {
  Productions made{
      expressions_, {}, {{Symbol::Kind::finish, 0}}, std::vector<std::vector<std::uint32_t>>(rules_.size()), root};
  for (const auto& alternatives : rules_) {
    for (const Sequence& each : alternatives) {
      for (const Symbol& symbol : each) {
        if (symbol.kind == Symbol::Kind::lexeme) made.lexemes.push_back(symbol.value);
      }
    }
  }
  std::ranges::sort(made.lexemes);
  made.lexemes.erase(std::ranges::unique(made.lexemes).begin(), made.lexemes.end());
  Automaton automaton(made.expressions, made.lexemes);

  // An alternative matches something once all its symbols do; each rule that is found out tells those who wait for it.
  struct Alternative {
    std::uint32_t rule;
    const Sequence* symbols;
    std::size_t waits;
  };
  std::vector<Alternative> all;
  std::vector<std::vector<std::size_t>> waiting(rules_.size());
  std::vector<bool> matches(rules_.size());
  std::vector<std::uint32_t> open;
  const auto found = [&](const Alternative& each) {
    if (!matches[each.rule]) open.push_back(each.rule);
    matches[each.rule] = true;
  };
  for (std::uint32_t number = 0; number < rules_.size(); ++number) {
    for (const Sequence& each : rules_[number]) {
      std::size_t waits = 0;
      for (const Symbol& symbol : each) {
        const bool never = symbol.kind == Symbol::Kind::lexeme && !automaton.can_match(symbol.value);
        waits += symbol.kind == Symbol::Kind::rule || never ? 1 : 0;
        if (symbol.kind == Symbol::Kind::rule) waiting[symbol.value].push_back(all.size());
      }
      all.push_back({number, &each, waits});
      if (waits == 0) found(all.back());
    }
  }
  while (!open.empty()) {
    const std::uint32_t number = open.back();
    open.pop_back();
    for (const std::size_t each : waiting[number]) {
      if (--all[each].waits == 0) found(all[each]);
    }
  }
  if (root >= rules_.size() || !matches[root]) {
    throw Error(ErrorCode::invalid_argument, "The grammar matches no text at all; an answer could not fit it.");
  }
  for (const Alternative& each : all) {
    if (each.waits != 0) continue;
    made.alternatives[each.rule].push_back(static_cast<std::uint32_t>(made.slots.size()));
    made.slots.append_range(*each.symbols);
    made.slots.push_back({Symbol::Kind::end, 0});
  }
  return made;
}

}  // namespace gerbil::grammar
