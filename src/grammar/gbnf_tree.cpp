#include "grammar/gbnf_tree.hpp"

#include <format>

#include "gerbil/error.hpp"
#include "grammar/code_points.hpp"
#include "grammar/rule_text.hpp"

namespace gerbil::grammar {
namespace {

using Kind = GbnfNode::Kind;

constexpr std::string_view in_names = "-_";

class Parser {
 public:
  Parser(Expressions& make, std::string_view text, const FindToken& find_token)
      : make_(make), text_(text, {U"#"}, make.limits()), find_token_(find_token) {}

  std::vector<GbnfRule> parse() {
    for (text_.skip(true); !text_.done(); text_.skip(true)) {
      const std::size_t line = text_.place.line;
      const std::uint32_t rule = text_.rule(text_.name(in_names));
      text_.skip(false);
      if (!text_.take(U"::=")) text_.fail("needs '::=' after a rule's name");
      text_.skip(true);
      text_.define(rule, alternatives(0), line);
      if (!text_.at_line_end()) text_.fail("has something unexpected after a rule");
    }
    return text_.take_rules();
  }

 private:
  GbnfNode alternatives(std::size_t depth) {
    if (depth > make_.limits().depth) exceed(make_.limits().depth, "groups inside groups", "nest them less deeply");
    std::vector<GbnfNode> parts = {sequence(depth)};
    while (text_.take(U"|")) {
      text_.skip(true);
      parts.push_back(sequence(depth));
    }
    return parts.size() == 1 ? std::move(parts[0]) : GbnfNode{.kind = Kind::either, .parts = std::move(parts)};
  }

  GbnfNode sequence(std::size_t depth) {
    GbnfNode made;
    for (;;) {
      text_.skip(depth > 0);
      const char32_t c = text_.peek();
      if (text_.done() || c == '|' || c == ')' || c == '\n' || c == '\r') return made;
      GbnfNode part = item(depth);
      text_.skip(depth > 0);
      while (repeat(part)) text_.skip(depth > 0);
      made.parts.push_back(std::move(part));
    }
  }

  GbnfNode item(std::size_t depth) {
    if (text_.take(U"\"")) return literal();
    if (text_.take(U"[")) return characters(char_class());
    if (text_.take(U".")) return characters(all_code_points());
    if (text_.take(U"<")) return token();
    if (text_.take(U"(")) {
      text_.skip(true);
      GbnfNode inner = alternatives(depth + 1);
      text_.skip(true);
      if (!text_.take(U")")) text_.fail("has a '(' without a ')'");
      return inner;
    }
    if (!text_.sees_name(in_names)) text_.fail("has something unexpected in a rule");
    return {.kind = Kind::name, .value = text_.rule(text_.name(in_names))};
  }

  GbnfNode characters(const CodeSet& set) {
    return {.kind = Kind::characters, .value = spell(make_, set, Spelling::raw)};
  }

  GbnfNode literal() {
    std::vector<Expression> parts;
    while (!text_.take(U"\"")) {
      const char32_t c = character();
      parts.push_back(spell(make_, CodeSet{{c, c}}, Spelling::raw));
    }
    return {.kind = Kind::characters, .value = make_.sequence(parts)};
  }

  CodeSet char_class() {
    CodeSet set;
    const bool negated = text_.take(U"^");
    while (!text_.take(U"]")) {
      const char32_t first = character();
      char32_t last = first;
      if (text_.sees(U"-") && !text_.sees(U"-]")) {
        text_.next();
        last = character();
      }
      if (last < first) text_.fail("has a range of characters that ends before it begins");
      set.add({first, last});
    }
    return negated ? set.complement() : set;
  }

  char32_t character() {
    if (text_.done() || text_.peek() == '\n') text_.fail("ends inside quotes or brackets");
    const char32_t c = text_.next();
    if (c != '\\') return c;
    if (text_.done()) text_.fail("ends with a backslash");
    const char32_t escaped = text_.next();
    switch (escaped) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'x':
        return hexadecimal(2);
      case 'u':
        return hexadecimal(4);
      case 'U':
        return hexadecimal(8);
      case '\\':
      case '"':
      case '[':
      case ']':
      case '-':
      case '^':
        return escaped;
      default:
        text_.fail("has an unknown escape");
    }
  }

  char32_t hexadecimal(int digits) {
    char32_t value = 0;
    for (int i = 0; i < digits; ++i) {
      const char32_t c = text_.done() ? 0 : text_.next();
      const char32_t lower = c | 0x20;
      const bool letter = lower >= 'a' && lower <= 'f';
      if (!letter && (c < '0' || c > '9')) text_.fail(std::format("needs {} hexadecimal digits in an escape", digits));
      value = value * 16 + (letter ? lower - 'a' + 10 : c - '0');
    }
    if (value > 0x10ffff) text_.fail("names a character beyond U+10FFFF");
    return value;
  }

  GbnfNode token() {
    std::string text;
    while (!text_.done() && text_.peek() != '>' && text_.peek() != '\n') {
      const char32_t c = text_.next();
      text += static_cast<char>(c < 0x80 ? c : '?');
    }
    if (!text_.take(U">")) text_.fail("has a '<' without a '>'");
    if (text.starts_with('[') && text.ends_with(']')) {
      std::uint32_t id = 0;
      for (const char c : std::string_view(text).substr(1, text.size() - 2)) {
        if (c < '0' || c > '9' || id > 100'000'000) text_.fail(std::format("has no token's id in '<{}>'", text));
        id = id * 10 + static_cast<std::uint32_t>(c - '0');
      }
      return {.kind = Kind::token, .value = id};
    }
    return text_.special(find_token_, "<" + text + ">");
  }

  bool repeat(GbnfNode& part) {
    std::uint32_t least = 0;
    std::uint32_t most = unbounded;
    if (text_.take(U"+")) {
      least = 1;
    } else if (text_.take(U"?")) {
      most = 1;
    } else if (text_.take(U"{")) {
      text_.skip(false);
      least = text_.number();
      most = least;
      text_.skip(false);
      if (text_.take(U",")) {
        text_.skip(false);
        most = text_.peek() == '}' ? unbounded : text_.number();
        text_.skip(false);
      }
      if (!text_.take(U"}")) text_.fail("has a malformed repetition");
      if (most < least) text_.fail("has a repetition whose limits are in the wrong order");
    } else if (!text_.take(U"*")) {
      return false;
    }
    part = {.kind = Kind::repetition, .least = least, .most = most, .parts = {std::move(part)}};
    if (++repeated_ > make_.limits().rules) exceed(make_.limits().rules, "repetitions", "make it shorter");
    std::size_t nested = 0;
    for (const GbnfNode* each = &part; each->kind == Kind::repetition; each = &each->parts[0]) ++nested;
    if (nested > make_.limits().depth)
      exceed(make_.limits().depth, "repetitions of repetitions", "nest them less deeply");
    return true;
  }

  Expressions& make_;
  RuleText text_;
  const FindToken& find_token_;
  std::size_t repeated_ = 0;
};

}  // namespace

std::vector<GbnfRule> parse_gbnf_rules(Expressions& expressions, std::string_view text, const FindToken& find_token) {
  return Parser(expressions, text, find_token).parse();
}

}  // namespace gerbil::grammar
