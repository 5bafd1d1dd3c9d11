#include "grammar/gbnf_tree.hpp"

#include <algorithm>
#include <format>

#include "gerbil/error.hpp"
#include "grammar/code_points.hpp"

namespace gerbil::grammar {
namespace {

using Kind = GbnfNode::Kind;

bool of_name(char32_t c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_';
}

class Parser {
 public:
  Parser(Expressions& make, std::string_view text, const FindToken& find_token)
      : make_(make), text_(decode(text)), find_token_(find_token) {}

  std::vector<GbnfRule> parse() {
    for (skip(true); at_ < text_.size(); skip(true)) {
      const std::size_t line = line_;
      GbnfRule& named = rules_[rule_number(name())];
      const std::size_t number = static_cast<std::size_t>(&named - rules_.data());
      skip(false);
      if (!take(U"::=")) fail("needs '::=' after a rule's name");
      if (rules_[number].defined) fail(std::format("defines '{}' again", rules_[number].name));
      skip(true);
      GbnfNode body = alternatives(0);
      rules_[number].body = std::move(body);
      rules_[number].defined = true;
      rules_[number].line = line;
      if (at_ < text_.size() && peek() != '\n' && peek() != '\r') fail("has something unexpected after a rule");
    }
    for (const GbnfRule& each : rules_) {
      if (!each.defined) {
        line_ = each.line;
        fail(std::format("uses '{}', which is not defined", each.name));
      }
    }
    return std::move(rules_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::invalid_argument, std::format("Line {} of the grammar {}.", line_, what));
  }

  char32_t peek() const { return at_ < text_.size() ? text_[at_] : 0; }

  bool take(std::u32string_view expected) {
    if (!std::u32string_view(text_).substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  // Blanks and comments, and ends of lines where the rule goes on.
  void skip(bool lines) {
    for (; at_ < text_.size(); ++at_) {
      const char32_t c = text_[at_];
      if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        if (at_ == text_.size()) return;
        --at_;
      } else if (c == '\n' || c == '\r') {
        if (!lines) return;
        line_ += c == '\n' ? 1 : 0;
      } else if (c != ' ' && c != '\t') {
        return;
      }
    }
  }

  std::string name() {
    std::string made;
    for (; of_name(peek()); ++at_) made += static_cast<char>(text_[at_]);
    if (made.empty()) fail("needs a name");
    return made;
  }

  std::uint32_t rule_number(const std::string& named) {
    const auto [at, fresh] = numbers_.try_emplace(named, static_cast<std::uint32_t>(rules_.size()));
    if (fresh) {
      if (rules_.size() >= make_.limits().rules) exceed(make_.limits().rules, "rules", "make it shorter");
      rules_.push_back({.name = named, .body = {}, .line = line_});
    }
    return at->second;
  }

  GbnfNode alternatives(std::size_t depth) {
    if (depth > make_.limits().depth) exceed(make_.limits().depth, "groups inside groups", "nest them less deeply");
    std::vector<GbnfNode> parts = {sequence(depth)};
    while (take(U"|")) {
      skip(true);
      parts.push_back(sequence(depth));
    }
    return parts.size() == 1 ? std::move(parts[0]) : GbnfNode{.kind = Kind::either, .parts = std::move(parts)};
  }

  GbnfNode sequence(std::size_t depth) {
    GbnfNode made;
    for (;;) {
      skip(depth > 0);
      const char32_t c = peek();
      if (at_ == text_.size() || c == '|' || c == ')' || c == '\n' || c == '\r') return made;
      GbnfNode part = item(depth);
      skip(depth > 0);
      while (repeat(part)) skip(depth > 0);
      made.parts.push_back(std::move(part));
    }
  }

  GbnfNode item(std::size_t depth) {
    if (take(U"\"")) return literal();
    if (take(U"[")) return characters(char_class());
    if (take(U".")) return characters(all_code_points());
    if (take(U"<")) return token();
    if (take(U"(")) {
      skip(true);
      GbnfNode inner = alternatives(depth + 1);
      skip(true);
      if (!take(U")")) fail("has a '(' without a ')'");
      return inner;
    }
    if (!of_name(peek())) fail("has something unexpected in a rule");
    return {.kind = Kind::name, .value = rule_number(name())};
  }

  GbnfNode characters(const CodeSet& set) {
    return {.kind = Kind::characters, .value = spell(make_, set, Spelling::raw)};
  }

  GbnfNode literal() {
    std::vector<Expression> parts;
    while (!take(U"\"")) {
      const char32_t c = character();
      parts.push_back(spell(make_, CodeSet{{c, c}}, Spelling::raw));
    }
    return {.kind = Kind::characters, .value = make_.sequence(parts)};
  }

  CodeSet char_class() {
    CodeSet set;
    const bool negated = take(U"^");
    while (!take(U"]")) {
      const char32_t first = character();
      char32_t last = first;
      if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        last = character();
      }
      if (last < first) fail("has a range of characters that ends before it begins");
      set.add({first, last});
    }
    return negated ? set.complement() : set;
  }

  char32_t character() {
    if (at_ == text_.size() || peek() == '\n') fail("ends inside quotes or brackets");
    const char32_t c = text_[at_++];
    if (c != '\\') return c;
    if (at_ == text_.size()) fail("ends with a backslash");
    const char32_t escaped = text_[at_++];
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
        fail("has an unknown escape");
    }
  }

  char32_t hexadecimal(int digits) {
    char32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const char32_t c = peek();
      const char32_t lower = c | 0x20;
      const bool letter = lower >= 'a' && lower <= 'f';
      if (!letter && (c < '0' || c > '9')) fail(std::format("needs {} hexadecimal digits in an escape", digits));
      value = value * 16 + (letter ? lower - 'a' + 10 : c - '0');
    }
    if (value > 0x10ffff) fail("names a character beyond U+10FFFF");
    return value;
  }

  GbnfNode token() {
    std::string text;
    while (at_ < text_.size() && peek() != '>' && peek() != '\n')
      text += static_cast<char>(peek() < 0x80 ? text_[at_] : '?'), ++at_;
    if (!take(U">")) fail("has a '<' without a '>'");
    if (text.starts_with('[') && text.ends_with(']')) {
      std::uint32_t id = 0;
      for (const char c : std::string_view(text).substr(1, text.size() - 2)) {
        if (c < '0' || c > '9' || id > 100'000'000) fail(std::format("has no token's id in '<{}>'", text));
        id = id * 10 + static_cast<std::uint32_t>(c - '0');
      }
      return {.kind = Kind::token, .value = id};
    }
    const std::optional<std::uint32_t> id = find_token_ ? find_token_("<" + text + ">") : std::nullopt;
    if (!id) fail(std::format("names '<{}>', which is no special token of this model", text));
    return {.kind = Kind::token, .value = *id};
  }

  bool repeat(GbnfNode& part) {
    std::uint32_t least = 0;
    std::uint32_t most = unbounded;
    if (take(U"+")) {
      least = 1;
    } else if (take(U"?")) {
      most = 1;
    } else if (take(U"{")) {
      skip(false);
      least = number();
      most = least;
      skip(false);
      if (take(U",")) {
        skip(false);
        most = peek() == '}' ? unbounded : number();
        skip(false);
      }
      if (!take(U"}")) fail("has a malformed repetition");
      if (most < least) fail("has a repetition whose limits are in the wrong order");
    } else if (!take(U"*")) {
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

  std::uint32_t number() {
    const std::size_t begin = at_;
    std::uint32_t value = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = value * 10 + static_cast<std::uint32_t>(peek() - '0');
      if (value > make_.limits().repetitions) {
        exceed(make_.limits().repetitions, "repetitions of a part", "allow fewer, or any number");
      }
    }
    if (at_ == begin) fail("has a malformed repetition");
    return value;
  }

  Expressions& make_;
  std::u32string text_;
  const FindToken& find_token_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t repeated_ = 0;
  std::vector<GbnfRule> rules_;
  std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace

std::vector<GbnfRule> parse_gbnf_rules(Expressions& expressions, std::string_view text, const FindToken& find_token) {
  if (text.size() > expressions.limits().text_bytes) {
    exceed(expressions.limits().text_bytes, "bytes of text", "make it shorter");
  }
  return Parser(expressions, text, find_token).parse();
}

}  // namespace gerbil::grammar
