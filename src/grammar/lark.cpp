#include "grammar/lark.hpp"

#include <algorithm>
#include <format>

#include "base/json.hpp"
#include "gerbil/error.hpp"
#include "grammar/code_points.hpp"
#include "grammar/regex.hpp"
#include "grammar/rule_text.hpp"

namespace gerbil::grammar {
namespace {

using Kind = GbnfNode::Kind;

constexpr std::string_view in_names = "_";

// Those of terminals have capital letters.
bool is_terminal(std::string_view name) {
  return std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

class Parser {
 public:
  Parser(Expressions& make, std::string_view text, const FindToken& find_token)
      : make_(make), text_(text, {U"#", U"//"}, make.limits()), find_token_(find_token) {}

  std::vector<GbnfRule> parse() {
    for (text_.skip(true); !text_.done(); text_.skip(true)) {
      statement();
      text_.skip(false);
      if (!text_.at_line_end()) text_.fail("has something unexpected after a rule");
    }
    GbnfNode any = {.kind = Kind::repetition, .parts = {GbnfNode{.kind = Kind::either, .parts = std::move(ignored_)}}};
    text_.define(ignored_rule_, any.parts[0].parts.empty() ? GbnfNode() : std::move(any), 0);
    return text_.take_rules();
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    text_.fail("uses " + what + ", which is not supported", ErrorCode::unsupported);
  }

  static GbnfNode named(std::uint32_t rule) { return {.kind = Kind::name, .value = rule}; }

  void statement() {
    in_terminal_ = false;
    if (text_.take(U"%")) {
      const std::string word = text_.name(in_names);
      text_.skip(false);
      if (word == "ignore") {
        in_terminal_ = true;
        return ignored_.push_back(alternatives(0));
      }
      if (word != "import") refuse("%" + word);
      return import_common();
    }
    const std::size_t line = text_.place.line;
    if (!text_.take(U"?")) text_.take(U"!");
    const std::string defined = text_.name(in_names);
    if (text_.peek() == '{') refuse("a rule with parameters");
    if (text_.take(U".")) text_.number();  // a priority, which nothing here hangs on
    text_.skip(false);
    if (!text_.take(U":")) text_.fail("needs ':' after a rule's name");
    in_terminal_ = is_terminal(defined);
    GbnfNode body = alternatives(0);
    if (defined == "start") body = {.parts = {named(ignored_rule_), std::move(body)}};
    text_.define(text_.rule(defined), std::move(body), line);
  }

  void import_common() {
    if (!text_.take(U"common")) refuse("%import of another grammar than 'common'");
    text_.skip(false);
    const bool many = text_.take(U"(");
    if (!many && !text_.take(U".")) refuse("%import of a whole grammar");
    do {
      text_.skip(many);
      const std::string imported = text_.name(in_names);
      const std::string_view pattern = common_terminal(imported);
      if (pattern.empty()) refuse(std::format("'common.{}'", imported));
      text_.skip(many);
      std::string known_as = imported;
      if (text_.take(U"->")) {
        text_.skip(false);
        known_as = text_.name(in_names);
      }
      text_.define(text_.rule(known_as), regex(pattern), text_.place.line);
      text_.skip(many);
    } while (many && text_.take(U","));
    if (many && !text_.take(U")")) text_.fail("has a '(' without a ')'");
  }

  GbnfNode alternatives(std::size_t depth) {
    if (depth > make_.limits().depth) exceed(make_.limits().depth, "groups inside groups", "nest them less deeply");
    std::vector<GbnfNode> parts;
    text_.skip(true);
    for (text_.take(U"|");;) {
      parts.push_back(sequence(depth));
      const RuleText::Place place = text_.place;
      text_.skip(true);  // alternatives may stand on lines of their own
      if (text_.take(U"|")) continue;
      if (depth == 0) text_.place = place;
      break;
    }
    return parts.size() == 1 ? std::move(parts[0]) : GbnfNode{.kind = Kind::either, .parts = std::move(parts)};
  }

  GbnfNode sequence(std::size_t depth) {
    GbnfNode made;
    for (text_.skip(depth > 0); !text_.done(); text_.skip(depth > 0)) {
      if (std::u32string_view(U"|)]\n\r").contains(text_.peek())) return made;
      if (text_.take(U"->")) {
        text_.skip(false);
        text_.name(in_names);  // of a tree that nobody makes
        continue;
      }
      GbnfNode part = item(depth);
      text_.skip(depth > 0);
      repeat(part);
      made.parts.push_back(std::move(part));
    }
    return made;
  }

  // What is ignored may follow each terminal of a rule.
  GbnfNode terminal(GbnfNode node) const {
    if (in_terminal_) return node;
    return {.kind = Kind::sequence, .parts = {std::move(node), named(ignored_rule_)}};
  }

  GbnfNode item(std::size_t depth) {
    if (text_.take(U"(")) return group(depth, U")");
    if (text_.take(U"[")) return {.kind = Kind::repetition, .most = 1, .parts = {group(depth, U"]")}};
    if (text_.take(U"\"")) return terminal(string());
    if (text_.take(U"/")) return terminal(pattern());
    if (text_.take(U"<")) return terminal(token());
    if (!text_.sees_name(in_names)) text_.fail("has something unexpected in a rule");
    const std::string used = text_.name(in_names);
    if (text_.peek() == '{') refuse("a rule with parameters");
    GbnfNode node = named(text_.rule(used));
    return is_terminal(used) ? terminal(std::move(node)) : node;
  }

  GbnfNode group(std::size_t depth, std::u32string_view close) {
    GbnfNode inner = alternatives(depth + 1);
    text_.skip(true);
    if (!text_.take(close)) text_.fail("has a bracket that is not closed");
    return inner;
  }

  static GbnfNode characters(Expression expression) { return {.kind = Kind::characters, .value = expression}; }
  GbnfNode regex(std::string_view pattern) {
    return characters(parse_regex(make_, pattern, Spelling::raw, Anchoring::whole));
  }

  // With both quotes: in a string escapes are those of JSON.
  std::u32string quoted() {
    std::string json = "\"";
    for (bool escaped = false; escaped || text_.peek() != '"';) {
      if (text_.done() || text_.peek() == '\n') text_.fail("ends inside quotes");
      escaped = !escaped && text_.peek() == '\\';
      append(json, text_.next());
    }
    text_.next();
    try {
      return decode(parse_json(json + "\"", "a string").get<std::string>());
    } catch (const Error&) {
      text_.fail("has an unknown escape in a string");
    }
  }

  static void append(std::string& text, char32_t c) {
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    } else if (c < 0x10000) {
      text += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
               static_cast<char>(0x80 | (c & 63))};
    } else {
      text += {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
               static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
    }
  }

  GbnfNode string() {
    const std::u32string first = quoted();
    if (text_.take(U"..")) {
      if (!text_.take(U"\"")) text_.fail("has a range without an end");
      const std::u32string last = quoted();
      if (first.size() != 1 || last.size() != 1 || last < first)
        text_.fail("has a range that is none of two characters");
      return characters(spell(make_, CodeSet{{first[0], last[0]}}, Spelling::raw));
    }
    const bool any_case = text_.take(U"i");
    std::vector<Expression> parts;
    for (const char32_t c : first) {
      CodeSet set{{c, c}};
      const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      const char32_t other = c ^ 0x20;
      if (any_case && letter) set.add({other, other});
      if (any_case && c >= 0x80) refuse("the flag i of characters that are not ASCII");
      parts.push_back(spell(make_, set, Spelling::raw));
    }
    return characters(make_.sequence(parts));
  }

  GbnfNode pattern() {
    std::string made;
    for (bool escaped = false; escaped || text_.peek() != '/';) {
      if (text_.done() || text_.peek() == '\n') text_.fail("ends inside a pattern");
      escaped = !escaped && text_.peek() == '\\';
      append(made, text_.next());
    }
    text_.next();
    if (std::u32string_view(U"imslux").contains(text_.peek())) refuse("flags of a pattern");
    return regex(made);
  }

  GbnfNode token() {
    std::string spelled = "<";
    while (!text_.done() && text_.peek() != '>' && text_.peek() != '\n') append(spelled, text_.next());
    if (!text_.take(U">")) text_.fail("has a '<' without a '>'");
    spelled += '>';
    return text_.special(find_token_, spelled);
  }

  void repeat(GbnfNode& part) {
    std::uint32_t least = 0;
    std::uint32_t most = unbounded;
    if (text_.take(U"+")) {
      least = 1;
    } else if (text_.take(U"?")) {
      most = 1;
    } else if (text_.take(U"~")) {
      text_.skip(false);
      least = most = text_.number();
      text_.skip(false);
      if (text_.take(U"..")) text_.skip(false), most = text_.number();
      if (most < least) text_.fail("has a repetition whose limits are in the wrong order");
    } else if (!text_.take(U"*")) {
      return;
    }
    part = {.kind = Kind::repetition, .least = least, .most = most, .parts = {std::move(part)}};
  }

  Expressions& make_;
  RuleText text_;
  const FindToken& find_token_;
  bool in_terminal_ = false;
  std::vector<GbnfNode> ignored_;
  std::uint32_t ignored_rule_ = text_.rule("what is ignored");  // no name that a grammar could have
};

}  // namespace

bool is_lark(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t?!")));
    if (!line.starts_with("start")) continue;
    line.remove_prefix(5);
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t.0123456789")));
    if (line.starts_with(':') && !line.starts_with("::=")) return true;
  }
  return false;
}

std::vector<GbnfRule> parse_lark_rules(Expressions& expressions, std::string_view text, const FindToken& find_token) {
  return Parser(expressions, text, find_token).parse();
}

}  // namespace gerbil::grammar
