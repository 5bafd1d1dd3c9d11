#include "tokenizer/regex_syntax.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include "tokenizer/errors.hpp"
#include "tokenizer/regex_property.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr int max_nesting = 100;  // groups and classes; the parser below recurses once for each

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Quantifier {
  std::string text;       // "?", "*", "+", "{2,3}"
  std::string_view mode;  // "", "?" (lazy) or "+" (possessive)
};

class Translator {
 public:
  Translator(std::string_view pattern, RegexDialect dialect)
      : pattern_(pattern), pcre2_(dialect == RegexDialect::pcre2), dialect_(dialect) {}

  TranslatedRegex run() {
    std::string text = alternatives();
    if (!done()) fail("has a ')' without its '('");
    return {std::move(text), nested_classes_};
  }

 private:
  bool done() const { return at_ == pattern_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0'; }
  bool take(std::string_view text) {
    if (!pattern_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  char32_t take_character() {
    if (done()) fail("ends too early");
    const Utf8Unit unit = utf8_unit(pattern_, at_);
    at_ += unit.size;
    return unit.code_point;
  }

  [[noreturn]] void fail(const std::string& reason) const {
    corrupt("The regular expression \"" + std::string(pattern_) + "\" " + reason + ".");
  }
  [[noreturn]] void refuse(const std::string& construct) const {
    unsupported("The regular expression \"" + std::string(pattern_) + "\" uses " + construct +
                ", which gerbil does not support.");
  }

  std::string literal(char32_t c, bool in_class) const {
    std::string text;
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (plain || c == ' ' || c == '_' || c == '\'' || c == '"') {
      text.push_back(static_cast<char>(c));
    } else if (c > ' ' && c < 0x7f) {
      // ECMAScript escapes its syntax characters only; inside a class the doubled punctuators too.
      constexpr std::string_view syntax = "^$\\.*+?()[]{}|/", class_only = "&-!#%,:;<=>@`~";
      const char byte = static_cast<char>(c);
      if (pcre2_ || syntax.contains(byte) || (in_class && class_only.contains(byte))) text.push_back('\\');
      text.push_back(byte);
    } else {
      char digits[8];
      const auto end = std::to_chars(digits, digits + 8, static_cast<std::uint32_t>(c), 16).ptr;
      text = (pcre2_ ? "\\x{" : "\\u{") + std::string(digits, end) + "}";
    }
    return text;
  }

  std::string any_character() const { return pcre2_ ? "(?s:.)" : "[^]"; }

  std::string atomic(const std::string& inner) {
    if (pcre2_) return "(?>" + inner + ")";
    const std::string name = "a" + std::to_string(atomics_++);
    return "(?:(?=(?<" + name + ">" + inner + "))\\k<" + name + ">)";
  }

  // Everything up to the ')' of the group, or the end of the pattern.
  std::string alternatives() {
    if (++nesting_ > max_nesting) fail("nests deeper than " + std::to_string(max_nesting) + " levels");
    std::string text;
    while (!done() && peek() != ')') {
      if (take("|")) {
        text += '|';
      } else {
        text += quantified();
      }
    }
    --nesting_;
    return text;
  }

  std::string quantified() {
    std::string item = atom();
    for (bool first = true;; first = false) {
      const auto quantifier = take_quantifier();
      if (!quantifier) return item;
      if (item.empty()) fail("repeats nothing");
      if (!first) item.insert(0, "(?:").push_back(')');
      item += quantifier->text;
      if (quantifier->mode == "+" && !pcre2_) {
        item = atomic(item);
      } else {
        item += quantifier->mode;
      }
    }
  }

  std::optional<Quantifier> take_quantifier() {
    for (const std::string_view sign : {"?", "*", "+"}) {
      if (!take(sign)) continue;
      if (take("?")) return Quantifier{std::string(sign), "?"};
      if (take("+")) return Quantifier{std::string(sign), "+"};
      return Quantifier{std::string(sign), ""};
    }
    if (peek() != '{') return std::nullopt;
    const std::size_t start = at_++;
    const std::string low = take_digits();
    const bool comma = take(",");
    const std::string high = comma ? take_digits() : "";
    if (!take("}") || (low.empty() && high.empty())) {
      at_ = start;
      return std::nullopt;  // a brace that stands for itself
    }
    if (!comma) return Quantifier{"{" + low + "}", ""};  // {n}? makes it optional in Ruby, and is read as a second one
    // In Ruby's syntax a '+' after an interval repeats it, so it is left for the next quantifier.
    return Quantifier{"{" + (low.empty() ? "0" : low) + "," + high + "}", take("?") ? "?" : ""};
  }

  std::string take_digits() {
    std::string digits;
    while (is_digit(peek())) digits.push_back(pattern_[at_++]);
    return digits;
  }

  std::string atom() {
    switch (peek()) {
      case '(':
        return group();
      case '[':
        ++at_;
        return character_class();
      case '\\':
        return escape();
      case '.':
        ++at_;
        return dot_all_ ? any_character() : "[^\\n]";
      case '^':
        ++at_;
        return "(?<![^\\n])";
      case '$':
        ++at_;
        return "(?![^\\n])";
      case '*':
      case '+':
      case '?':
        fail("repeats nothing");
      default:
        return literal(take_character(), false);
    }
  }

  std::string group() {
    ++at_;
    if (take("?#")) {
      const std::size_t end = pattern_.find(')', at_);
      if (end == std::string_view::npos) fail("has a comment without its ')'");
      at_ = end + 1;
      return "";
    }
    for (const std::string_view look : {"?=", "?!", "?<=", "?<!"}) {
      if (take(look)) return "(" + std::string(look) + close(alternatives());
    }
    if (take("?>")) {
      std::string inner = alternatives();
      close("");
      return atomic(inner);
    }
    if (take("?:")) return "(?:" + close(alternatives());
    if (take("?<") || take("?'")) {
      const std::size_t end = pattern_.find_first_of(">'", at_);
      if (end == std::string_view::npos) fail("has a group name without its end");
      at_ = end + 1;
    } else if (take("?")) {
      return options();
    }
    return "(?:" + close(alternatives());  // a capture; nothing here reads one
  }

  // (?i:…), (?i) and their like; `m` is Ruby's name for a dot that matches everything.
  std::string options() {
    const bool outer_dot_all = dot_all_;
    bool on = true;
    std::string caseless;
    for (; peek() != ':' && peek() != ')'; ++at_) {
      if (peek() == '-')
        on = false;
      else if (peek() == 'i')
        caseless = on ? "i" : "-i";
      else if (peek() == 'm')
        dot_all_ = on;
      else
        refuse("the group option \"(?" + std::string(1, peek()) + "\"");
    }
    const bool isolated = pattern_[at_++] == ')';
    std::string text = "(?" + caseless + ":" + alternatives() + ")";
    if (!isolated) close("");
    dot_all_ = outer_dot_all;
    return text;
  }

  std::string close(const std::string& inner) {
    if (!take(")")) fail("has a '(' without its ')'");
    return inner + ")";
  }

  // A class escape (\s, \p{…}) as it stands inside brackets; empty when `c` is none.
  std::string class_escape(char32_t c) {
    const auto property = [&](std::string_view name, bool negated) {
      return property_in_class(name, negated, dialect_);
    };
    const auto set = [&](bool negated, const std::string& items) {
      if (!negated) return items;
      nested_classes_ = true;
      return "[^" + items + "]";
    };
    switch (c) {
      case 's':
      case 'S':
        return property("White_Space", c == 'S');
      case 'd':
      case 'D':
        return property("Nd", c == 'D');
      case 'h':
      case 'H':
        return set(c == 'H', "0-9a-fA-F");
      case 'w':
      case 'W':
        return set(c == 'W', word_items);
      case 'p':
      case 'P': {
        if (!take("{")) fail("has a \\p without its '{'");
        const bool negated = take("^");
        const std::size_t end = pattern_.find('}', at_);
        if (end == std::string_view::npos) fail("has a \\p{ without its '}'");
        const std::string_view name = pattern_.substr(at_, end - at_);
        for (const char n : name) {
          if (!is_digit(n) && !(n >= 'A' && n <= 'Z') && !(n >= 'a' && n <= 'z') && n != '_' && n != '-' && n != ' ') {
            fail("names the unknown property \"" + std::string(name) + "\"");
          }
        }
        at_ = end + 1;
        return property(name, negated != (c == 'P'));
      }
      default:
        return "";
    }
  }

  // The character that an escape stands for: \n, \x{…}, \., …
  char32_t character_escape(char32_t c) {
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'a':
        return 0x07;
      case 'e':
        return 0x1b;
      case '0':
        return 0;
      case 'x':
        return take("{") ? hexadecimal(1, 6, true) : hexadecimal(1, 2, false);
      case 'u':
        return hexadecimal(4, 4, false);
      default:
        break;
    }
    if ((c >= '1' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
      std::string name;
      append_utf8(name, c);
      refuse("\\" + name);
    }
    return c;
  }

  char32_t hexadecimal(std::size_t least, std::size_t most, bool braced) {
    std::uint32_t value = 0;
    const char* first = pattern_.data() + at_;
    const char* last = first + std::min(most, pattern_.size() - at_);
    const auto [end, error] = std::from_chars(first, last, value, 16);
    const auto count = static_cast<std::size_t>(end - first);
    at_ += count;
    if (error != std::errc() || count < least || (braced && !take("}"))) fail("has an incomplete code point");
    // A byte above 0x7f would be half a character in Oniguruma's UTF-8 patterns.
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000) || (most == 2 && value > 0x7f)) {
      fail("has a code point that is not a character");
    }
    return value;
  }

  std::string escape() {
    ++at_;
    const char32_t c = take_character();
    const std::string word_inside = std::string(word_items) + latin_word_items;
    std::string word = "[" + word_inside + "]";
    switch (c) {
      case 'b':
        return "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))";
      case 'B':
        return "(?:(?<=" + word + ")(?=" + word + ")|(?<!" + word + ")(?!" + word + "))";
      case 'A':
        return "(?<!" + any_character() + ")";
      case 'z':
        return "(?!" + any_character() + ")";
      case 'Z':
        return "(?=\n?(?!" + any_character() + "))";
      case 's':
      case 'd':
      case 'S':
      case 'D':
      case 'p':
      case 'P':
        return class_escape(c);
      case 'h':
        return "[" + class_escape(c) + "]";
      case 'w':
        return word;
      case 'H':
        return "[^0-9a-fA-F]";
      case 'W':
        return "[^" + word_inside + "]";
      default:
        return literal(character_escape(c), false);
    }
  }

  // After '[': everything up to its ']'. `&&` binds weakest, so its operands become classes of their own.
  std::string character_class() {
    if (++nesting_ > max_nesting) fail("nests deeper than " + std::to_string(max_nesting) + " levels");
    const bool negated = take("^");
    std::string operands, items;
    bool intersection = false;
    for (bool first = true; first || peek() != ']'; first = false) {
      if (done()) fail("has a '[' without its ']'");
      if (take("&&")) {
        operands += "[" + items + "]&&";
        items.clear();
        intersection = nested_classes_ = true;
      } else {
        items += class_item();
      }
    }
    ++at_;
    --nesting_;
    if (intersection) items = operands + "[" + items + "]";
    return (negated ? "[^" : "[") + items + "]";
  }

  std::string class_item() {
    if (take("[:")) {
      const bool negated = take("^");
      const std::size_t end = pattern_.find(":]", at_);
      if (end == std::string_view::npos) fail("has a '[:' without its ':]'");
      const std::string_view name = pattern_.substr(at_, end - at_);
      at_ = end + 2;
      if (name != "alpha" && name != "digit" && name != "space" && name != "upper" && name != "lower" &&
          name != "cntrl") {
        refuse("[:" + std::string(name) + ":]");
      }
      return property_in_class(name, negated, dialect_);
    }
    if (take("[")) {
      nested_classes_ = true;
      return character_class();
    }
    const auto low = class_character();
    if (!low.set.empty()) return low.set;
    if (peek() != '-' || peek(1) == ']' || peek(1) == '\0') return literal(low.character, true);
    ++at_;
    const auto high = class_character();
    if (!high.set.empty()) return literal(low.character, true) + literal('-', true) + high.set;
    if (high.character < low.character) fail("has a range whose end is before its start");
    return literal(low.character, true) + "-" + literal(high.character, true);
  }

  struct ClassCharacter {
    std::string set;  // not empty: an escape for several characters
    char32_t character = 0;
  };
  ClassCharacter class_character() {
    if (!take("\\")) return {"", take_character()};
    const char32_t c = take_character();
    if (c == 'b') return {"", 0x08};
    std::string set = class_escape(c);
    if (!set.empty()) return {std::move(set), 0};
    return {"", character_escape(c)};
  }

  static constexpr const char* word_items = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
  // Outside brackets Oniguruma asks its Latin-1 table first, and that counts superscripts and fractions as word
  // characters.
  static constexpr const char* latin_word_items = "\u00b2\u00b3\u00b9\u00bc-\u00be";

  std::string_view pattern_;
  bool pcre2_;
  RegexDialect dialect_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  int atomics_ = 0;
  bool dot_all_ = false;
  bool nested_classes_ = false;
};

}  // namespace

TranslatedRegex translate_regex(std::string_view pattern, RegexDialect dialect) {
  return Translator(pattern, dialect).run();
}

std::string regex_escape(std::string_view literal) {
  std::string pattern;
  for (const char c : literal) {
    if (std::string_view("\\.+*?()|[]{}^$#&-~").contains(c)) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern;
}

}  // namespace gerbil::tokenizer
