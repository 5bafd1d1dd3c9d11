#include "grammar/permutations.hpp"

#include <algorithm>

namespace gerbil::grammar {
namespace {

constexpr std::uint32_t none = 0xffffffff;
constexpr std::size_t first_word = 1;  // of a set's bits

}  // namespace

Permutations::Permutations(Productions& productions)
    : productions_(productions), set_of_(productions.alternatives.size(), none) {
  for (std::uint32_t group = 0; group < productions.groups.size(); ++group) {
    const Productions::Group& each = productions.groups[group];
    std::vector<std::uint32_t> set(first_word + (each.items.size() + 31) / 32);
    set[0] = group;
    const std::uint32_t number = sets_.intern(set);
    rule_of_.resize(number + 1, none);
    rule_of_[number] = each.rule;
    set_of_[each.rule] = number;
  }
}

std::uint32_t Permutations::rule_of(const std::vector<std::uint32_t>& set) {
  const std::uint32_t number = sets_.intern(set);
  if (number < rule_of_.size()) return rule_of_[number];
  const auto made = static_cast<std::uint32_t>(productions_.alternatives.size());
  productions_.alternatives.emplace_back();
  rule_of_.push_back(made);
  set_of_.push_back(number);
  bytes_ += sizeof(std::vector<std::uint32_t>) + 8;
  return made;
}

void Permutations::open(std::uint32_t rule) {
  if (set_of_[rule] == none || !productions_.alternatives[rule].empty()) return;
  const Words set = sets_[set_of_[rule]];
  const Productions::Group& group = productions_.groups[set[0]];
  const auto has = [&](std::size_t item) { return (set[first_word + item / 32] >> item % 32 & 1) != 0; };
  std::size_t count = 0;
  std::size_t needed = 0;
  std::size_t begin = 0;  // in order, what is before the last that was taken is left out
  for (std::size_t i = 0; i < group.items.size(); ++i) {
    count += has(i) ? 1 : 0;
    needed += !has(i) && group.items[i].required ? 1 : 0;
    if (group.in_order && has(i)) begin = i + 1;
  }
  productions_.expressions.spend(4 * group.items.size());
  std::vector<std::uint32_t> ways;
  const auto add = [&](std::initializer_list<Symbol> symbols) {
    ways.push_back(static_cast<std::uint32_t>(productions_.slots.size()));
    productions_.slots.append_range(symbols);
    productions_.slots.push_back({Symbol::Kind::end, 0});
    bytes_ += 4 + sizeof(Symbol) * (symbols.size() + 1);
  };
  for (std::size_t i = begin; i < group.items.size(); ++i) {
    if (has(i)) continue;
    const Productions::Group::Item& item = group.items[i];
    const std::size_t left = group.in_order ? group.items.size() - 1 - i : group.items.size() - count - 1;
    const std::size_t still_needed = needed - (item.required ? 1 : 0);
    // Those that are left may bring the text to an end.
    if (group.next_tail[count + 1 + still_needed] <= count + 1 + left) {
      add({lexeme(count == 0 ? item.first : item.further),
           grammar::rule(item.value),
           {Symbol::Kind::taken, static_cast<std::uint32_t>(taken_.size())}});
      taken_.push_back({rule, static_cast<std::uint32_t>(i)});
      bytes_ += sizeof(Taken);
    }
    if (group.in_order && item.required) break;
  }
  if (needed == 0 && group.next_tail[count] == count)
    add({grammar::rule(group.tails[std::min(count, group.tails.size() - 1)])});
  productions_.alternatives[rule] = std::move(ways);
}

std::uint32_t Permutations::behind(std::uint32_t taken) {
  const Taken at = taken_[taken];
  const Words before = sets_[set_of_[at.rule]];
  std::vector<std::uint32_t> set(before.begin(), before.end());
  set[first_word + at.item / 32] |= 1u << at.item % 32;
  return rule_of(set);
}

}  // namespace gerbil::grammar
