// Which rules of a grammar match some text; the others are left out.
#include <algorithm>

#include "gerbil/error.hpp"
#include "grammar/automaton.hpp"
#include "grammar/grammar.hpp"

namespace gerbil::grammar {
namespace {

// Each rule that is found to match some text tells those who wait for it.
class Search {
 public:
  explicit Search(std::size_t rules) : matches_(rules), waiting_(rules) {}

  // An alternative of `rule` matches something once all of `parts` do. Returns its number.
  std::size_t add(std::uint32_t rule, const std::vector<std::uint32_t>& parts) {
    for (const std::uint32_t part : parts) waiting_[part].push_back({all_.size(), Part::alternative});
    all_.push_back({.rule = rule, .waits = parts.size()});
    if (parts.empty()) found(rule);
    return all_.size() - 1;
  }

  // A group does once all items that are required do, and a tail behind as many as can be there.
  void add(std::uint32_t rule, const Unordered& group) {
    std::size_t required = 0;
    for (const Unordered::Item& item : group.items) {
      waiting_[item.value].push_back({all_.size(), item.required ? Part::required : Part::optional});
      required += item.required ? 1 : 0;
    }
    const std::size_t last = group.tails.size() - 1;
    for (std::size_t count = std::min(required, last); count <= last; ++count)
      waiting_[group.tails[count]].push_back({all_.size(), Part::tail, std::max(count, required)});
    all_.push_back({.rule = rule, .waits = required, .most = required, .least = group.items.size() + 1});
  }

  void run() {
    while (!open_.empty()) {
      const std::uint32_t number = open_.back();
      open_.pop_back();
      for (const Waiting& each : waiting_[number]) tell(each);
    }
  }

  bool matches(std::uint32_t rule) const { return matches_[rule]; }
  bool whole(std::size_t alternative) const { return all_[alternative].waits == 0; }

 private:
  enum class Part { alternative, required, optional, tail };
  struct Waiting {
    std::size_t each;
    Part part;
    std::size_t count = 0;  // of the items before the tail
  };
  struct Each {
    std::uint32_t rule = 0;
    std::size_t waits = 0;
    std::size_t most = 0;   // of a group: items that can be there
    std::size_t least = 0;  // items behind which it can end
  };

  void found(std::uint32_t rule) {
    if (!matches_[rule]) open_.push_back(rule);
    matches_[rule] = true;
  }

  void tell(const Waiting& waiting) {
    Each& each = all_[waiting.each];
    if (waiting.part == Part::alternative || waiting.part == Part::required) --each.waits;
    if (waiting.part == Part::optional) ++each.most;
    if (waiting.part == Part::tail) each.least = std::min(each.least, waiting.count);
    if (each.waits == 0 && each.least <= each.most) found(each.rule);
  }

  std::vector<bool> matches_;
  std::vector<std::vector<Waiting>> waiting_;
  std::vector<Each> all_;
  std::vector<std::uint32_t> open_;
};

Productions::Group left_of(const Unordered& group, std::uint32_t rule, const Search& search) {
  Productions::Group made{group, rule, {}};
  std::erase_if(made.items, [&](const Unordered::Item& item) { return !search.matches(item.value); });
  const std::size_t most = made.items.size();
  made.next_tail.assign(most + 2, most + 1);  // none
  for (std::size_t count = most + 1; count-- > 0;) {
    const std::uint32_t tail = made.tails[std::min(count, made.tails.size() - 1)];
    made.next_tail[count] = search.matches(tail) ? count : made.next_tail[count + 1];
  }
  return made;
}

}  // namespace

Productions Grammar::finish(std::uint32_t root) const {
  Productions made{
      expressions_, {}, {{Symbol::Kind::finish, 0}}, std::vector<std::vector<std::uint32_t>>(rules_.size()), {}, root};
  for (const auto& alternatives : rules_) {
    for (const Sequence& each : alternatives) {
      for (const Symbol& symbol : each) {
        if (symbol.kind == Symbol::Kind::lexeme) made.lexemes.push_back(symbol.value);
      }
    }
  }
  for (const auto& [rule, group] : groups_) {
    for (const Unordered::Item& item : group.items) made.lexemes.append_range(std::array{item.first, item.further});
  }
  std::ranges::sort(made.lexemes);
  made.lexemes.erase(std::ranges::unique(made.lexemes).begin(), made.lexemes.end());
  Automaton automaton(made.expressions, made.lexemes);

  Search search(rules_.size());
  struct Kept {
    std::uint32_t rule;
    const Sequence* symbols;
    std::size_t number;
  };
  std::vector<Kept> all;
  for (std::uint32_t number = 0; number < rules_.size(); ++number) {
    for (const Sequence& each : rules_[number]) {
      const auto never = [&](const Symbol& symbol) {
        return symbol.kind == Symbol::Kind::lexeme && !automaton.can_match(symbol.value);
      };
      if (std::ranges::any_of(each, never)) continue;
      std::vector<std::uint32_t> parts;
      for (const Symbol& symbol : each) {
        if (symbol.kind == Symbol::Kind::rule) parts.push_back(symbol.value);
      }
      all.push_back({number, &each, search.add(number, parts)});
    }
  }
  for (const auto& [rule, group] : groups_) search.add(rule, group);
  search.run();
  if (root >= rules_.size() || !search.matches(root)) {
    throw Error(ErrorCode::invalid_argument, "The grammar matches no text at all; an answer could not fit it.");
  }
  for (const Kept& each : all) {
    if (!search.whole(each.number)) continue;
    made.alternatives[each.rule].push_back(static_cast<std::uint32_t>(made.slots.size()));
    made.slots.append_range(*each.symbols);
    made.slots.push_back({Symbol::Kind::end, 0});
  }
  for (const auto& [rule, group] : groups_) {
    if (search.matches(rule)) made.groups.push_back(left_of(group, rule, search));
  }
  return made;
}

}  // namespace gerbil::grammar
