// Reading a pattern: a recursive descent that writes the program as it goes. Lazy repetitions are like greedy ones, and
// groups are not remembered: neither changes whether a name matches.
// Reference: Python 3.14, library reference, "re — Regular Expression Syntax".
#include <algorithm>
#include <charconv>
#include <optional>

#include "formats/pattern.hpp"
#include "formats/tensor.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

using Code = Pattern::Code;
using Instruction = Pattern::Instruction;
using Kind = Pattern::Instruction::Kind;
using Set = std::bitset<256>;

constexpr std::size_t longest_pattern = 1000;
constexpr std::size_t longest_code = 10'000;
constexpr int deepest = 50;  // groups inside of groups
constexpr int most_repetitions = 1000;

void add_range(Set& set, int first, int last) {
  for (int c = first; c <= last; ++c) set.set(static_cast<std::size_t>(c));
}

// \d, \w, \s and their opposites.
std::optional<Set> class_of(char letter) {
  Set set;
  switch (letter | 0x20) {
    case 'w':
      add_range(set, 'a', 'z');
      add_range(set, 'A', 'Z');
      set.set('_');
      [[fallthrough]];
    case 'd':
      add_range(set, '0', '9');
      break;
    case 's':
      add_range(set, '\t', '\r');
      set.set(' ');
      break;
    default:
      return std::nullopt;
  }
  return letter < 'a' ? ~set : set;
}

void append(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

class Reader {
 public:
  Reader(std::string_view text, std::vector<Pattern::Look>& looks) : text_(text), looks_(looks) {}

  Code read() {
    ignore_case_ = take("(?i)");
    Code code = alternatives();
    if (at_ < text_.size()) fail("there is a ')' too many");
    code.push_back({.kind = Kind::accept});
    return code;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorCode::unsupported, "The pattern '" + shown(text_) +
                                            "' of GPTQ's 'dynamic' cannot be read at byte " + std::to_string(at_) +
                                            ": " + reason + ".");
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  char next() {
    if (at_ == text_.size()) fail("it ends too early");
    return text_[at_++];
  }
  void check(const Code& code) const {
    if (code.size() > longest_code) fail("it repeats too much");
  }

  Code alternatives() {
    if (++depth_ > deepest) fail("it has more than " + std::to_string(deepest) + " groups inside one another");
    Code code = sequence();
    while (take("|")) {
      const Code other = sequence();
      Code both{{.kind = Kind::split, .target = static_cast<int>(code.size()) + 2}};
      append(both, code);
      both.push_back({.kind = Kind::jump, .target = static_cast<int>(other.size()) + 1});
      append(both, other);
      check(both);
      code = std::move(both);
    }
    --depth_;
    return code;
  }

  Code sequence() {
    Code code;
    while (at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
      append(code, repeated(one()));
      check(code);
    }
    return code;
  }

  // {m,n} and its short forms; empty where there is none, and a brace is a character.
  std::optional<std::pair<int, int>> bounds() {
    const std::size_t close = text_.find('}', at_);
    if (!text_.substr(at_).starts_with('{') || close == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    const std::string_view low = inside.substr(0, inside.find(','));
    const std::string_view high = inside.contains(',') ? inside.substr(low.size() + 1) : low;
    if (low.empty() && high.empty()) return std::nullopt;
    const auto number = [](const std::string& digits, int fallback) -> std::optional<int> {
      int value = fallback;
      const auto end = digits.data() + digits.size();
      if (!digits.empty() && std::from_chars(digits.data(), end, value).ptr != end) return std::nullopt;
      return value < -1 ? std::nullopt : std::optional(value);
    };
    const auto least = number(std::string(low), 0);
    const auto most = number(std::string(high), -1);
    if (!least || !most || *least < 0) return std::nullopt;
    at_ = close + 1;
    return std::pair(*least, *most);
  }

  Code repeated(Code code) {
    std::optional<std::pair<int, int>> wanted;
    if (take("*")) {
      wanted = {0, -1};
    } else if (take("+")) {
      wanted = {1, -1};
    } else if (take("?")) {
      wanted = {0, 1};
    } else {
      wanted = bounds();
    }
    if (!wanted) return code;
    if (take("+")) fail("possessive repetitions are not supported");
    take("?");
    if (text_.substr(at_).starts_with('*') || text_.substr(at_).starts_with('+')) fail("a repetition is repeated");
    const auto [least, most] = *wanted;
    if (std::max(least, most) > most_repetitions || (most >= 0 && most < least)) fail("a repetition is out of range");
    Code result;
    for (int i = 0; i < least; ++i) {
      append(result, code);
      check(result);
    }
    const int size = static_cast<int>(code.size());
    if (most < 0) {
      result.push_back({.kind = Kind::split, .target = size + 2});
      append(result, code);
      result.push_back({.kind = Kind::jump, .target = -(size + 1)});
    }
    for (int i = least; i < most; ++i) {
      result.push_back({.kind = Kind::split, .target = size + 1});
      append(result, code);
      check(result);
    }
    return result;
  }

  Code one() {
    const char c = next();
    switch (c) {
      case '(':
        return group();
      case '[':
        return {{.kind = Kind::set, .set = character_class()}};
      case '.':
        return {{.kind = Kind::set, .set = Set().set().reset('\n')}};
      case '^':
        return {{.kind = Kind::begin}};
      case '$':
        return {{.kind = Kind::end}};
      case '*':
      case '+':
      case '?':
        fail("there is nothing to repeat");
      case '\\':
        return escape();
      default:
        return literal(c);
    }
  }

  Code literal(char c) const {
    Set set;
    set.set(static_cast<unsigned char>(c));
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (ignore_case_ && letter) set.set(static_cast<unsigned char>(c ^ 0x20));
    return {{.kind = Kind::set, .set = set}};
  }

  Code escape() {
    const char c = text_.substr(at_).empty() ? next() : text_[at_];
    const auto anchor = [&]() -> std::optional<Kind> {
      if (c == 'b') return Kind::boundary;
      if (c == 'B') return Kind::no_boundary;
      if (c == 'A') return Kind::begin;
      if (c == 'Z' || c == 'z') return Kind::end;
      return std::nullopt;
    }();
    if (anchor) {
      ++at_;
      return {{.kind = *anchor}};
    }
    if (const auto set = class_of(c)) {
      ++at_;
      return {{.kind = Kind::set, .set = *set}};
    }
    return literal(escaped_character());
  }

  // What follows a backslash and stands for one character.
  char escaped_character() {
    const char c = next();
    constexpr std::string_view names = "nrtfva";
    constexpr std::string_view values = "\n\r\t\f\v\a";
    if (const auto i = names.find(c); i != std::string_view::npos) return values[i];
    if (c == 'x') {
      unsigned value = 0;
      const std::string digits(text_.substr(at_, 2));
      if (digits.size() < 2 || std::from_chars(digits.data(), digits.data() + 2, value, 16).ptr != digits.data() + 2) {
        fail("\\x needs two hexadecimal digits");
      }
      at_ += 2;
      return static_cast<char>(value);
    }
    const bool letter_or_digit = class_of('w')->test(static_cast<unsigned char>(c)) && c != '_';
    if (letter_or_digit) fail("'\\" + std::string(1, c) + "' is not supported");
    return c;
  }

  Set character_class() {
    Set set;
    const bool negative = take("^");
    for (bool first = true; first || !text_.substr(at_).starts_with(']'); first = false) {
      char low = next();
      if (low == '\\') {
        const char letter = text_.substr(at_).empty() ? next() : text_[at_];
        if (const auto named = class_of(letter)) {
          ++at_;
          set |= *named;
          continue;
        }
        low = take("b") ? '\b' : escaped_character();
      }
      char high = low;
      if (text_.substr(at_).starts_with('-') && !text_.substr(at_).starts_with("-]")) {
        ++at_;
        high = next();
        if (high == '\\') high = escaped_character();
      }
      if (static_cast<unsigned char>(high) < static_cast<unsigned char>(low)) fail("a range is reversed");
      add_range(set, static_cast<unsigned char>(low), static_cast<unsigned char>(high));
    }
    ++at_;
    for (int c = 'a'; ignore_case_ && c <= 'z'; ++c) {
      const auto small = static_cast<std::size_t>(c);
      if (set[small] || set[small ^ 0x20]) set.set(small).set(small ^ 0x20);
    }
    return negative ? ~set : set;
  }

  Code group() {
    if (take("?#")) {
      while (next() != ')') {
      }
      return {};
    }
    for (const auto& [sign, behind, negative] :
         {std::tuple{"?=", false, false}, {"?!", false, true}, {"?<=", true, false}, {"?<!", true, true}}) {
      if (!take(sign)) continue;
      Pattern::Look look{alternatives(), behind, negative};
      look.code.push_back({.kind = Kind::accept});
      if (next() != ')') fail("a group is not closed");
      looks_.push_back(std::move(look));
      return {{.kind = Kind::look, .target = static_cast<int>(looks_.size()) - 1}};
    }
    if (take("?P<") || take("?<")) {
      while (next() != '>') {
      }
    } else if (!take("?:") && take("?")) {
      fail("this kind of group is not supported");
    }
    Code code = alternatives();
    if (next() != ')') fail("a group is not closed");
    return code;
  }

  std::string_view text_;
  std::vector<Pattern::Look>& looks_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool ignore_case_ = false;
};

}  // namespace

Pattern::Pattern(std::string text) : text_(std::move(text)) {
  if (text_.size() > longest_pattern) {
    throw Error(ErrorCode::unsupported, "A pattern of GPTQ's 'dynamic' has " + std::to_string(text_.size()) +
                                            " characters; at most " + std::to_string(longest_pattern) +
                                            " are allowed.");
  }
  code_ = Reader(text_, looks_).read();
}

}  // namespace gerbil::formats
