#include "grammar/regex.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "grammar/regex_class.hpp"

namespace gerbil::grammar {
namespace {

// A way to match: at the beginning of the text only, or to its end only, when it has the anchors.
struct Way {
  Expression expression = empty;
  bool begins = false;
  bool ends = false;
};
using Ways = std::vector<Way>;

class Parser {
 public:
  Parser(Expressions& make, std::string_view pattern, Spelling spelling)
      : make_(make), cursor_{decode(pattern)}, spelling_(spelling), any_(any_text(make, spelling)) {}

  Ways parse() {
    Ways ways = alternatives(0);
    if (!cursor_.done()) cursor_.fail("has a ')' too many");
    return ways;
  }

  Expression any() const { return any_; }

 private:
  // Those without anchors are one way.
  Ways merged(const Ways& ways) {
    std::vector<Expression> parts[4];
    for (const Way& way : ways) parts[way.begins + 2 * way.ends].push_back(way.expression);
    Ways made;
    for (unsigned i = 0; i < 4; ++i) {
      if (!parts[i].empty()) made.push_back({make_.either(std::move(parts[i])), (i & 1) != 0, (i & 2) != 0});
    }
    return made;
  }

  Ways alternatives(std::size_t depth) {
    if (depth > make_.limits().depth) exceed(make_.limits().depth, "groups inside groups", "nest them less deeply");
    Ways ways = sequence(depth);
    while (cursor_.take(U"|")) ways.append_range(sequence(depth));
    return merged(ways);
  }

  Ways sequence(std::size_t depth) {
    std::vector<Ways> items;
    while (!cursor_.done() && cursor_.peek() != '|' && cursor_.peek() != ')') {
      const bool ahead = cursor_.take(U"(?=");
      if (ahead || cursor_.take(U"(?!")) {
        if (depth > 0) cursor_.refuse("a look-ahead inside a group");
        const Expression seen = look_ahead(depth);
        const Ways rest = sequence(depth);
        items.push_back(beside(ahead ? seen : make_.complement(seen), rest));
        break;
      }
      items.push_back(repeated(depth));
    }
    Ways made = {{}};
    for (std::size_t i = items.size(); i-- > 0;) made = joined(items[i], made);
    return made;
  }

  Expression look_ahead(std::size_t depth) {
    const Ways ways = alternatives(depth + 1);
    if (!cursor_.take(U")")) cursor_.fail("has a '(' without a ')'");
    std::vector<Expression> parts;
    for (const Way& way : ways) {
      if (way.begins) cursor_.refuse("an anchor in a look-ahead");
      parts.push_back(way.ends ? way.expression : make_.concatenation(way.expression, any_));
    }
    return make_.either(std::move(parts));
  }

  // `rest` to the end of the text, where that is also `seen`.
  Ways beside(Expression seen, const Ways& rest) {
    Ways made;
    for (const Way& way : rest) {
      const Expression whole = way.ends ? way.expression : make_.concatenation(way.expression, any_);
      made.push_back({make_.both({seen, whole}), way.begins, true});
    }
    return made;
  }

  Ways joined(const Ways& first, const Ways& second) {
    Ways made;
    for (const Way& a : first) {
      for (const Way& b : second) {
        // Nothing stands before ^ or behind $.
        if (b.begins && !make_.matches_empty(a.expression)) continue;
        if (a.ends && !make_.matches_empty(b.expression)) continue;
        const Expression left = b.begins ? empty : a.expression;
        const Expression right = a.ends ? empty : b.expression;
        made.push_back({make_.concatenation(left, right), a.begins || b.begins, a.ends || b.ends});
      }
    }
    return merged(made);
  }

  Ways repeated(std::size_t depth) {
    if (cursor_.take(U"^")) return {{empty, true, false}};
    if (cursor_.take(U"$")) return {{empty, false, true}};
    Ways ways = atom(depth);
    const std::optional<std::pair<std::uint32_t, std::uint32_t>> count = quantifier();
    if (!count) return ways;
    if (cursor_.take(U"+")) cursor_.refuse("a possessive repetition");
    cursor_.take(U"?");
    const bool anchored = ways.size() != 1 || ways[0].begins || ways[0].ends;
    if (!anchored) return {{make_.repetition(ways[0].expression, count->first, count->second)}};
    if (count->second != 1) cursor_.refuse("a repetition of anchors");
    if (count->first == 0) ways.push_back({});
    return merged(ways);
  }

  std::optional<std::pair<std::uint32_t, std::uint32_t>> quantifier() {
    if (cursor_.take(U"*")) return std::pair{0u, unbounded};
    if (cursor_.take(U"+")) return std::pair{1u, unbounded};
    if (cursor_.take(U"?")) return std::pair{0u, 1u};
    if (!cursor_.take(U"{")) return std::nullopt;
    const std::uint32_t least = number();
    std::uint32_t most = least;
    if (cursor_.take(U",")) most = cursor_.peek() == '}' ? unbounded : number();
    if (!cursor_.take(U"}")) cursor_.fail("has a malformed repetition");
    if (most < least) cursor_.fail("has a repetition whose limits are in the wrong order");
    return std::pair{least, most};
  }

  std::uint32_t number() {
    const std::size_t begin = cursor_.at;
    std::uint32_t value = 0;
    for (; cursor_.peek() >= '0' && cursor_.peek() <= '9'; ++cursor_.at) {
      value = value * 10 + static_cast<std::uint32_t>(cursor_.peek() - '0');
      if (value > make_.limits().repetitions) {
        exceed(make_.limits().repetitions, "repetitions of a part of a regular expression",
               "allow fewer, or any number");
      }
    }
    if (cursor_.at == begin) cursor_.fail("has a malformed repetition");
    return value;
  }

  Ways atom(std::size_t depth) {
    if (cursor_.take(U"(")) return group(depth);
    const char32_t c = cursor_.text[cursor_.at];
    if (c == '*' || c == '+' || c == '?' || c == '{') cursor_.fail("repeats nothing");
    if (c == ']' || c == '}') cursor_.fail("has a bracket that was not opened");
    ++cursor_.at;
    if (c == '[') return characters(parse_class(cursor_));
    if (c == '.') return characters(dot());
    if (c == '\\') return characters(parse_escape(cursor_, false));
    return characters({{c, c}});
  }

  Ways group(std::size_t depth) {
    if (cursor_.take(U"?")) {
      if (cursor_.take(U"<") || cursor_.take(U"P<")) {
        if (cursor_.peek() == '=' || cursor_.peek() == '!') cursor_.refuse("a look-behind");
        while (!cursor_.done() && cursor_.peek() != '>') ++cursor_.at;
        ++cursor_.at;
        if (cursor_.at > cursor_.text.size()) cursor_.at = cursor_.text.size();
      } else if (cursor_.peek() == '=' || cursor_.peek() == '!') {
        cursor_.refuse("a look-ahead inside a group");
      } else if (!cursor_.take(U":")) {
        cursor_.refuse("flags or a group of another kind");
      }
    }
    Ways ways = alternatives(depth + 1);
    if (!cursor_.take(U")")) cursor_.fail("has a '(' without a ')'");
    return ways;
  }

  Ways characters(const CodeSet& set) { return {{spell(make_, set, spelling_)}}; }

  Expressions& make_;
  PatternCursor cursor_;
  Spelling spelling_;
  Expression any_;
};

}  // namespace

Expression parse_regex(Expressions& expressions, std::string_view pattern, Spelling spelling, Anchoring anchoring) {
  if (pattern.size() > expressions.limits().text_bytes) {
    exceed(expressions.limits().text_bytes, "bytes of a regular expression", "make it shorter");
  }
  Parser parser(expressions, pattern, spelling);
  std::vector<Expression> parts;
  for (const Way& way : parser.parse()) {
    const bool whole = anchoring == Anchoring::whole;
    parts.push_back(expressions.sequence(
        {whole || way.begins ? empty : parser.any(), way.expression, whole || way.ends ? empty : parser.any()}));
  }
  return expressions.either(std::move(parts));
}

}  // namespace gerbil::grammar
