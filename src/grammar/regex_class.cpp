#include "grammar/regex_class.hpp"

#include <format>

#include "gerbil/error.hpp"
#include "grammar/unicode_properties.hpp"

namespace gerbil::grammar {
namespace {

const CodeSet digits = {{'0', '9'}};
const CodeSet word = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
// ECMA-262, 12.2 and 12.3: WhiteSpace and LineTerminator.
const CodeSet space = {{9, 13},          {' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
                       {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};

int digit_of(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  const char32_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? static_cast<int>(lower - 'a' + 10) : -1;
}

char32_t hexadecimal(PatternCursor& cursor, int digits_wanted) {
  char32_t value = 0;
  for (int i = 0; i < digits_wanted; ++i, ++cursor.at) {
    if (digit_of(cursor.peek()) < 0) cursor.fail(std::format("needs {} hexadecimal digits", digits_wanted));
    value = value * 16 + static_cast<char32_t>(digit_of(cursor.peek()));
  }
  return value;
}

char32_t unicode_escape(PatternCursor& cursor) {
  if (cursor.take(U"{")) {
    char32_t value = 0;
    const std::size_t begin = cursor.at;
    for (; digit_of(cursor.peek()) >= 0 && value <= 0x10ffff; ++cursor.at) {
      value = value * 16 + static_cast<char32_t>(digit_of(cursor.peek()));
    }
    if (cursor.at == begin || value > 0x10ffff || !cursor.take(U"}")) cursor.fail("has a malformed \\u{…}");
    return value;
  }
  const char32_t unit = hexadecimal(cursor, 4);
  if (unit < 0xd800 || unit > 0xdbff || !cursor.take(U"\\u")) return unit;
  const char32_t low = hexadecimal(cursor, 4);
  if (low < 0xdc00 || low > 0xdfff) cursor.fail("has half a surrogate pair");
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

// What is in braces behind \\p.
CodeSet property(PatternCursor& cursor) {
  if (!cursor.take(U"{")) cursor.fail("needs '{' after \\p");
  std::string name;
  for (; !cursor.done() && cursor.peek() != '}' && cursor.peek() < 0x80; ++cursor.at)
    name += static_cast<char>(cursor.peek());
  if (!cursor.take(U"}")) cursor.fail("has a \\p{ without a '}'");
  std::optional<CodeSet> set = unicode_property(name);
  if (!set) cursor.fail(std::format("has a Unicode property '{}', which is unknown,", name.substr(0, 64)));
  return *std::move(set);
}

std::string shown(const std::u32string& text) {
  std::string made;
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 80); ++i) {
    if (text[i] >= 0x20 && text[i] < 0x7f) {
      made += static_cast<char>(text[i]);
    } else {
      made += std::format("\\u{{{:x}}}", static_cast<std::uint32_t>(text[i]));
    }
  }
  return text.size() > 80 ? made + "…" : made;
}

std::optional<char32_t> single(const CodeSet& set) {
  if (set.ranges().size() != 1 || set.ranges()[0].first != set.ranges()[0].last) return std::nullopt;
  return set.ranges()[0].first;
}

CodeSet member(PatternCursor& cursor) {
  if (cursor.done()) cursor.fail("has a '[' without a ']'");
  const char32_t c = cursor.text[cursor.at++];
  return c == '\\' ? parse_escape(cursor, true) : CodeSet{{c, c}};
}

}  // namespace

bool PatternCursor::take(std::u32string_view expected) {
  if (!std::u32string_view(text).substr(at).starts_with(expected)) return false;
  at += expected.size();
  return true;
}

void PatternCursor::fail(const std::string& what) const {
  throw Error(ErrorCode::invalid_argument,
              std::format("The regular expression '{}' {} at character {}.", shown(text), what, at));
}

void PatternCursor::refuse(const std::string& what) const {
  throw Error(ErrorCode::unsupported,
              std::format("The regular expression '{}' uses {} before character {}, which is not supported.",
                          shown(text), what, at));
}

CodeSet parse_escape(PatternCursor& cursor, bool in_class) {
  if (cursor.done()) cursor.fail("ends with a backslash");
  const char32_t c = cursor.text[cursor.at++];
  const auto one = [](char32_t code) { return CodeSet{{code, code}}; };
  switch (c) {
    case 'd':
      return digits;
    case 'D':
      return digits.complement();
    case 'w':
      return word;
    case 'W':
      return word.complement();
    case 's':
      return space;
    case 'S':
      return space.complement();
    case 'n':
      return one('\n');
    case 'r':
      return one('\r');
    case 't':
      return one('\t');
    case 'f':
      return one('\f');
    case 'v':
      return one('\v');
    case 'a':
      if (!in_class) break;
      return one('\a');
    case '0':
      if (digit_of(cursor.peek()) >= 0 && cursor.peek() <= '9') cursor.refuse("an octal escape");
      return one(0);
    case 'x':
      return one(hexadecimal(cursor, 2));
    case 'u':
      return one(unicode_escape(cursor));
    case 'c': {
      const char32_t letter = cursor.peek() | 0x20;
      if (letter < 'a' || letter > 'z') cursor.fail("needs a letter after \\c");
      ++cursor.at;
      return one(letter & 31);
    }
    case 'b':
      if (in_class) return one('\b');
      cursor.refuse("a word boundary");
    case 'B':
      cursor.refuse("a word boundary");
    case 'p':
    case 'P':
      return c == 'p' ? property(cursor) : property(cursor).complement();
    default:
      break;
  }
  if (c >= '1' && c <= '9') cursor.refuse("a back reference");
  if (c == 'k') cursor.refuse("a back reference");
  const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  if (c >= 0x80 || letter || c < 0x20) cursor.fail("has an unknown escape");
  return one(c);
}

CodeSet parse_class(PatternCursor& cursor) {
  CodeSet set;
  const bool negated = cursor.take(U"^");
  while (!cursor.take(U"]")) {
    const CodeSet first = member(cursor);
    const std::size_t dash = cursor.at;
    if (!cursor.take(U"-")) {
      set.add(first);
      continue;
    }
    if (cursor.peek() == ']') {  // a dash at the end is one
      cursor.at = dash;
      set.add(first);
      set.add({'-', '-'});
      ++cursor.at;
      continue;
    }
    const CodeSet last = member(cursor);
    const std::optional<char32_t> low = single(first);
    const std::optional<char32_t> high = single(last);
    if (!low || !high || *low > *high) cursor.fail("has a range that ends before it begins, or of a class,");
    set.add({*low, *high});
  }
  return negated ? set.complement() : set;
}

const CodeSet& dot() {
  static const CodeSet set = CodeSet{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}.complement();
  return set;
}

}  // namespace gerbil::grammar
