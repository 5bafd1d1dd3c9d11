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

// A part of a pattern. What has a look-ahead in it depends on all that follows, so it is put together last, from the
// end.
struct Part {
  enum class Kind { ways, sequence, either, ahead };
  Kind kind = Kind::ways;
  Ways ways;                // of the first
  std::vector<Part> parts;  // of the next two
  Expression seen = empty;  // of a look-ahead: what the rest of the text is
};

class Parser {
 public:
  Parser(Expressions& make, std::string_view pattern, Spelling spelling)
      : make_(make), cursor_{decode(pattern)}, spelling_(spelling), any_(any_text(make, spelling)) {}

  Ways parse(Anchoring anchoring) {
    const Part part = alternatives(0);
    if (!cursor_.done()) cursor_.fail("has a ')' too many");
    return before(part, {{empty, false, anchoring == Anchoring::whole}});
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

  static bool plain(const std::vector<Part>& parts) {
    return std::ranges::all_of(parts, [](const Part& part) { return part.kind == Part::Kind::ways; });
  }

  // `part`, and `rest` behind it.
  Ways before(const Part& part, const Ways& rest) {
    Ways made;
    switch (part.kind) {
      case Part::Kind::ways:
        return joined(part.ways, rest);
      case Part::Kind::ahead:
        return beside(part.seen, rest);
      case Part::Kind::either:
        for (const Part& each : part.parts) made.append_range(before(each, rest));
        return merged(made);
      case Part::Kind::sequence:
        made = rest;
        for (std::size_t i = part.parts.size(); i-- > 0;) made = before(part.parts[i], made);
        return made;
    }
    return made;
  }

  Part alternatives(std::size_t depth) {
    if (depth > make_.limits().depth) exceed(make_.limits().depth, "groups inside groups", "nest them less deeply");
    std::vector<Part> parts;
    do parts.push_back(sequence(depth));
    while (cursor_.take(U"|"));
    if (!plain(parts)) return {.kind = Part::Kind::either, .parts = std::move(parts)};
    Ways ways;
    for (const Part& part : parts) ways.append_range(part.ways);
    return {.ways = merged(ways)};
  }

  Part sequence(std::size_t depth) {
    std::vector<Part> parts;
    while (!cursor_.done() && cursor_.peek() != '|' && cursor_.peek() != ')') parts.push_back(repeated(depth));
    const bool all_plain = plain(parts);
    Part made{.kind = Part::Kind::sequence, .parts = std::move(parts)};
    return all_plain ? Part{.ways = before(made, {{}})} : made;
  }

  Part look_ahead(std::size_t depth, bool negated) {
    const Part inner = alternatives(depth + 1);
    if (!cursor_.take(U")")) cursor_.fail("has a '(' without a ')'");
    std::vector<Expression> seen;
    for (const Way& way : before(inner, {{}})) {
      if (way.begins) cursor_.refuse("an anchor in a look-ahead");
      seen.push_back(way.ends ? way.expression : make_.concatenation(way.expression, any_));
    }
    const Expression rest = make_.either(std::move(seen));
    return {.kind = Part::Kind::ahead, .seen = negated ? make_.complement(rest) : rest};
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

  Part repeated(std::size_t depth) {
    if (cursor_.take(U"^")) return {.ways = {{empty, true, false}}};
    if (cursor_.take(U"$")) return {.ways = {{empty, false, true}}};
    Part part = atom(depth);
    const std::optional<std::pair<std::uint32_t, std::uint32_t>> count = quantifier();
    if (!count) return part;
    if (cursor_.take(U"+")) cursor_.refuse("a possessive repetition");
    cursor_.take(U"?");
    const Ways& ways = part.ways;
    if (part.kind == Part::Kind::ways && ways.size() == 1 && !ways[0].begins && !ways[0].ends) {
      return {.ways = {{make_.repetition(ways[0].expression, count->first, count->second)}}};
    }
    if (count->second != 1) cursor_.refuse("a repetition of anchors or look-aheads");
    if (count->first == 1) return part;
    if (part.kind != Part::Kind::ways) {
      return {.kind = Part::Kind::either, .parts = {std::move(part), Part{.ways = {{}}}}};
    }
    part.ways.push_back({});
    return {.ways = merged(part.ways)};
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

  Part atom(std::size_t depth) {
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

  Part group(std::size_t depth) {
    if (cursor_.take(U"?")) {
      if (cursor_.take(U"<") || cursor_.take(U"P<")) {
        if (cursor_.peek() == '=' || cursor_.peek() == '!') cursor_.refuse("a look-behind");
        while (!cursor_.done() && cursor_.peek() != '>') ++cursor_.at;
        ++cursor_.at;
        if (cursor_.at > cursor_.text.size()) cursor_.at = cursor_.text.size();
      } else if (cursor_.peek() == '=' || cursor_.peek() == '!') {
        return look_ahead(depth, cursor_.text[cursor_.at++] == '!');
      } else if (!cursor_.take(U":")) {
        cursor_.refuse("flags or a group of another kind");
      }
    }
    Part inner = alternatives(depth + 1);
    if (!cursor_.take(U")")) cursor_.fail("has a '(' without a ')'");
    return inner;
  }

  Part characters(const CodeSet& set) { return {.ways = {{spell(make_, set, spelling_)}}}; }

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
  for (const Way& way : parser.parse(anchoring)) {
    const bool whole = anchoring == Anchoring::whole;
    parts.push_back(expressions.sequence(
        {whole || way.begins ? empty : parser.any(), way.expression, whole || way.ends ? empty : parser.any()}));
  }
  return expressions.either(std::move(parts));
}

}  // namespace gerbil::grammar
