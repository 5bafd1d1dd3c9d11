#include "grammar/expression.hpp"

#include <algorithm>
#include <bit>
#include <ranges>
#include <string>

#include "gerbil/error.hpp"

namespace gerbil::grammar {
namespace {

using SetWords = std::array<std::uint32_t, 8>;
static_assert(sizeof(ByteSet) == sizeof(SetWords));

constexpr std::size_t steps_between_looks = 20'000;

}  // namespace

Expressions::Expressions(const Limits& limits) : limits_(limits), most_work_(limits.work) {
  make(Kind::no_text, {}, false, false);
  make(Kind::empty_text, {}, true, true);
  make(Kind::complement, std::array{nothing}, true, true);
}

void Expressions::begin_work() {
  work_ = 0;
  most_work_ = limits_.step_work;
  next_look_ = most_work_;
  limits_.check = {};
}

void Expressions::look() {
  if (limits_.check) limits_.check();
  if (work_ >= most_work_) exceed(most_work_, "steps at once", "make its expressions, lists and repetitions simpler");
  next_look_ = std::min(most_work_, work_ + steps_between_looks);
}

Expression Expressions::make(Kind kind, Words operands, bool matches_empty, bool surely_matches) {
  spend(4 + operands.size());
  std::vector<std::uint32_t> words = {static_cast<std::uint32_t>(kind)};
  words.insert(words.end(), operands.begin(), operands.end());
  const Expression made = nodes_.intern(words);
  if (made == facts_.size())
    facts_.push_back(static_cast<std::uint8_t>((matches_empty ? 3 : 0) | (surely_matches ? 2 : 0)));
  if (nodes_.words() > limits_.expression_words) {
    exceed(limits_.expression_words, "words for its regular expressions",
           "make patterns, repetitions or lists shorter");
  }
  return made;
}

std::vector<Expression> Expressions::operands(Expression expression) const {
  const Words words = nodes_[expression].subspan(1);
  return {words.begin(), words.end()};
}

ByteSet Expressions::set_of(Expression expression) const {
  SetWords words;
  std::ranges::copy(nodes_[expression].subspan(1), words.begin());
  return std::bit_cast<ByteSet>(words);
}

Expression Expressions::bytes(const ByteSet& set) {
  return set.none() ? nothing : make(Kind::bytes, std::bit_cast<SetWords>(set), false, true);
}

Expression Expressions::literal(std::string_view text) {
  Expression made = empty;
  for (const char c : text | std::views::reverse) {
    made = concatenation(bytes(ByteSet().set(static_cast<std::uint8_t>(c))), made);
  }
  return made;
}

Expression Expressions::literals(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  // Backwards, a text hangs its end below the prefix that it shares with the text before it.
  const auto build = [&](auto&& self, std::size_t begin, std::size_t end, std::size_t depth) -> Expression {
    if (end - begin == 1) return literal(std::string_view(texts[begin]).substr(depth));
    std::size_t shared = depth;  // sorted: what the first and the last share, all share
    while (shared < texts[begin].size() && texts[begin][shared] == texts[end - 1][shared]) ++shared;
    std::vector<Expression> parts;
    for (std::size_t first = begin; first < end;) {
      std::size_t last = first + 1;
      const bool ended = texts[first].size() == shared;
      while (!ended && last < end && texts[last][shared] == texts[first][shared]) ++last;
      if (ended) {
        parts.push_back(empty);
      } else if (last - first == 1) {
        parts.push_back(literal(std::string_view(texts[first]).substr(shared)));
      } else if (shared < limits_.depth * 10) {
        parts.push_back(self(self, first, last, shared));
      } else {
        for (std::size_t each = first; each < last; ++each) {
          parts.push_back(literal(std::string_view(texts[each]).substr(shared)));
        }
      }
      first = last;
    }
    return concatenation(literal(std::string_view(texts[begin]).substr(depth, shared - depth)), either(parts));
  };
  return texts.empty() ? nothing : build(build, 0, texts.size(), 0);
}

Expression Expressions::concatenation(Expression first, Expression second) {
  if (first == nothing || second == nothing) return nothing;
  if (first == empty) return second;
  if (second == empty) return first;
  return make(Kind::concatenation, std::array{first, second}, matches_empty(first) && matches_empty(second),
              surely_matches(first) && surely_matches(second));
}

Expression Expressions::sequence(const std::vector<Expression>& parts) {
  Expression made = empty;
  for (const Expression part : parts | std::views::reverse) made = concatenation(part, made);
  return made;
}

std::vector<Expression> Expressions::flat(Kind of, const std::vector<Expression>& parts) {
  std::vector<Expression> all;
  for (const Expression part : parts) {
    if (kind(part) == of) {
      all.append_range(operands(part));
    } else {
      all.push_back(part);
    }
  }
  spend(all.size());
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

Expression Expressions::either(std::vector<Expression> parts) {
  parts = flat(Kind::either, parts);
  ByteSet set;
  bool empty_too = false;
  bool surely = false;
  std::vector<Expression> kept;
  for (const Expression part : parts) {
    if (part == anything) return anything;
    if (kind(part) == Kind::bytes) {
      set |= set_of(part);
    } else if (part != nothing) {
      kept.push_back(part);
      empty_too |= matches_empty(part);
      surely |= surely_matches(part);
    }
  }
  if (set.any()) kept.push_back(bytes(set));
  surely |= set.any();
  std::ranges::sort(kept);
  if (kept.empty()) return nothing;
  if (kept.size() == 1) return kept[0];
  return make(Kind::either, kept, empty_too, surely);
}

Expression Expressions::both(std::vector<Expression> parts) {
  parts = flat(Kind::both, parts);
  ByteSet set = ByteSet().set();
  bool any_set = false;
  bool all_empty = true;
  std::vector<Expression> kept;
  for (const Expression part : parts) {
    if (part == nothing) return nothing;
    if (kind(part) == Kind::bytes) {
      set &= set_of(part);
      any_set = true;
    } else if (part != anything) {
      kept.push_back(part);
    }
    all_empty &= matches_empty(part);
  }
  if (any_set) kept.push_back(bytes(set));
  if (std::ranges::contains(kept, nothing)) return nothing;
  if (std::ranges::contains(kept, empty)) return all_empty ? empty : nothing;
  std::ranges::sort(kept);
  if (kept.empty()) return anything;
  if (kept.size() == 1) return kept[0];
  return make(Kind::both, kept, all_empty, false);
}

Expression Expressions::complement(Expression inner) {
  if (kind(inner) == Kind::complement) return operands(inner)[0];
  return make(Kind::complement, std::array{inner}, !matches_empty(inner), false);
}

Expression Expressions::repetition(Expression inner, std::uint32_t least, std::uint32_t most) {
  if (most == 0 || inner == empty) return empty;
  if (inner == nothing) return least == 0 ? empty : nothing;
  if (least == 1 && most == 1) return inner;
  if (inner == anything) return anything;
  if (matches_empty(inner)) least = 0;
  return make(Kind::repetition, std::array{inner, least, most}, least == 0, surely_matches(inner));
}

Expression Expressions::multiple(const Multiple& of) {
  std::uint64_t rest = of.remainder;
  for (std::uint32_t digit = 0; digit < of.fraction; ++digit) rest = rest * 10 % of.divisor;
  return make(Kind::multiple, std::array{of.divisor, of.remainder, of.fraction, of.behind_point},
              rest % of.divisor == 0, false);
}

std::vector<ByteSet> Expressions::byte_sets(const std::vector<Expression>& roots) const {
  std::vector<ByteSet> sets;
  std::vector<bool> seen(size());
  std::vector<Expression> open = roots;
  while (!open.empty()) {
    const Expression each = open.back();
    open.pop_back();
    if (seen[each]) continue;
    seen[each] = true;
    switch (kind(each)) {
      case Kind::bytes:
        sets.push_back(set_of(each));
        break;
      case Kind::repetition:
        open.push_back(operands(each)[0]);
        break;
      case Kind::multiple:
        sets.push_back(ByteSet().set('.'));
        for (char digit = '0'; digit <= '9'; ++digit) sets.push_back(ByteSet().set(static_cast<std::uint8_t>(digit)));
        break;
      default:
        open.append_range(operands(each));
    }
  }
  return sets;
}

}  // namespace gerbil::grammar
