#include <charconv>
#include <cmath>

#include "template/failure.hpp"
#include "template/format.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"
#include "template/text.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

// [[fill]align][sign][z][#][0][width][grouping][.precision][type]
struct Specification {
  std::string fill = " ";
  char align = 0;
  char sign = '-';
  bool plain_zero = false;  // z: what is rounded to 0 has no sign
  bool alternate = false;
  bool zero = false;  // a 0 before the width
  int width = 0;
  char grouping = 0;
  int precision = -1;
  char type = 0;
};

bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

int read_number(std::string_view text, std::size_t& at) {
  int result = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    result = result * 10 + (text[at] - '0');
    if (result > widest_field) fail("a field is wider than " + std::to_string(widest_field));
  }
  return result;
}

Specification parse(std::string_view text) {
  Specification result;
  std::size_t at = 0;
  bool filled = false;
  const auto peek = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  const std::size_t first = text.empty() ? 0 : tokenizer::utf8_unit(text, 0).size;
  if (first > 0 && is_align(peek(first))) {
    filled = true;
    result.fill = text.substr(0, first);
    result.align = text[first];
    at = first + 1;
  } else if (is_align(peek(0))) {
    result.align = text[at++];
  }
  if (const char c = peek(at); c == '+' || c == '-' || c == ' ') result.sign = text[at++];
  if (peek(at) == 'z') {
    result.plain_zero = true;
    ++at;
  }
  if (peek(at) == '#') {
    result.alternate = true;
    ++at;
  }
  if (peek(at) == '0') {
    result.zero = true;
    if (!filled) result.fill = "0";
    if (result.align == 0) result.align = '=';
    ++at;
  }
  result.width = read_number(text, at);
  if (const char c = peek(at); c == ',' || c == '_') result.grouping = text[at++];
  if (peek(at) == '.') {
    ++at;
    if (peek(at) < '0' || peek(at) > '9') fail("Format specifier missing precision");
    result.precision = read_number(text, at);
  }
  if (at < text.size()) result.type = text[at++];
  if (at < text.size()) fail("Invalid format specifier '" + std::string(text) + "'");
  return result;
}

// With separators; zeros in front that fill the width have them, too.
std::string group(const Specification& s, std::string digits, std::size_t every) {
  std::size_t whole = std::min(digits.find_first_of(".e%"), digits.size());
  if (s.fill == "0" && s.align == '=') {
    const auto size = [&](std::size_t count) { return digits.size() - whole + count + (count - 1) / every; };
    std::size_t wanted = whole;
    while (size(wanted) < static_cast<std::size_t>(s.width)) ++wanted;
    digits.insert(0, wanted - whole, '0');
    whole = wanted;
  }
  std::string result;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % every == 0) result += s.grouping;
    result += digits[i];
  }
  return result + digits.substr(whole);
}

std::string align(const Specification& s, char fallback, const std::string& sign, const std::string& body) {
  const std::int64_t missing = s.width - count_characters(sign) - count_characters(body);
  if (missing <= 0) return sign + body;
  const char how = s.align ? s.align : fallback;
  const std::int64_t before = how == '<' ? 0 : how == '^' ? missing / 2 : missing;
  std::string result = how == '=' ? sign : "";
  for (std::int64_t i = 0; i < before; ++i) result += s.fill;
  if (how != '=') result += sign;
  result += body;
  for (std::int64_t i = before; i < missing; ++i) result += s.fill;
  return result;
}

std::string sign_of(const Specification& s, bool negative) {
  return negative ? "-" : s.sign == '-' ? "" : std::string(1, s.sign);
}

[[noreturn]] void unknown_type(const Specification& s, Value value) {
  fail("Unknown format code '" + std::string(1, s.type) + "' for object of type '" + std::string(type_name(value)) +
       "'");
}

std::string format_whole(const Specification& s, Value value) {
  const bool negative = value.as_integer() < 0;
  auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(value.as_integer()) : static_cast<std::uint64_t>(value.as_integer());
  if (s.type == 'c') {
    if (negative || magnitude > 0x10FFFF) fail("%c arg not in range(0x110000)");
    std::string text;
    tokenizer::append_utf8(text, static_cast<char32_t>(magnitude));
    return align(s, '<', "", text);
  }
  if (s.precision >= 0) fail("Precision not allowed in integer format specifier");
  if (s.plain_zero) fail("Negative zero coercion (z) not allowed in format specifier with integer format code");
  const unsigned base = s.type == 'x' || s.type == 'X' ? 16 : s.type == 'o' ? 8 : s.type == 'b' ? 2 : 10;
  if (base == 10 && s.type != 0 && s.type != 'd' && s.type != 'n') unknown_type(s, value);
  const std::string_view letters = s.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string digits;
  do {
    digits.insert(digits.begin(), letters[magnitude % base]);
    magnitude /= base;
  } while (magnitude > 0);
  if (s.grouping) digits = group(s, digits, base == 10 ? 3 : 4);
  std::string sign = sign_of(s, negative);
  if (s.alternate && base != 10) sign += std::string("0") + s.type;
  return align(s, '>', sign, digits);
}

std::string format_number(const Specification& s, Value value) {
  const double number = value.as_real();
  const double magnitude = std::fabs(number);
  std::string digits;
  switch (s.type) {
    case 0:
      if (s.precision < 0) {
        digits = repr_real(magnitude);
        break;
      }
      digits = format_real(magnitude, 'g', std::max(s.precision, 1), s.alternate);
      if (digits.find_first_of(".en") == std::string::npos) digits += ".0";
      break;
    case '%':
      digits = format_real(magnitude * 100, 'f', s.precision < 0 ? 6 : s.precision, s.alternate) + "%";
      break;
    case 'n':
    case 'g':
    case 'G':
      digits = format_real(magnitude, s.type == 'n' ? 'g' : s.type, s.precision < 0 ? 6 : std::max(s.precision, 1),
                           s.alternate);
      break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
      digits = format_real(magnitude, s.type, s.precision < 0 ? 6 : s.precision, s.alternate);
      break;
    default:
      unknown_type(s, value);
  }
  const bool zero = std::isfinite(number) && digits.find_first_of("123456789") >= digits.find_first_of("eE");
  if (s.grouping) digits = group(s, digits, 3);
  return align(s, '>', sign_of(s, std::signbit(number) && !(zero && s.plain_zero)), digits);
}

// Replacement fields; a specification may hold fields itself, one level deep.
class Braces {
 public:
  Braces(Context& context, const Arguments& arguments, bool markup)
      : context_(context), arguments_(arguments), markup_(markup) {}

  std::string run(std::string_view text, int depth) {
    std::string result;
    std::int64_t fields = 0;  // bytes, counted as they come: a short text may take a long value many times
    for (std::size_t at = 0; at < text.size();) {
      const char c = text[at];
      if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
        result += c;
        at += 2;
      } else if (c == '}') {
        fail("Single '}' encountered in format string");
      } else if (c == '{') {
        const std::size_t end = closing(text, at);
        const std::string piece = field(text.substr(at + 1, end - at - 1), depth);
        context_.heap.reserve(std::ssize(piece));
        fields += std::ssize(piece);
        result += piece;
        at = end + 1;
      } else {
        result += c;
        ++at;
      }
    }
    context_.heap.give_back(fields);
    context_.heap.reserve(std::ssize(result));
    return result;
  }

 private:
  static std::size_t closing(std::string_view text, std::size_t at) {
    int open = 0;
    for (; at < text.size(); ++at) {
      if (text[at] == '{') ++open;
      if (text[at] == '}' && --open == 0) return at;
    }
    fail("expected '}' before end of string");
  }

  std::string field(std::string_view text, int depth) {
    if (depth > 1) fail("Max string recursion exceeded");
    std::size_t end = 0;  // of the name; brackets may hold a ! or :
    for (bool inside = false; end < text.size() && (inside || (text[end] != '!' && text[end] != ':')); ++end) {
      if (text[end] == '[') inside = true;
      if (text[end] == ']') inside = false;
    }
    Value value = look_up(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with('!')) {
      if (text.size() < 2) fail("unmatched '{' in format spec");
      const char conversion = text[1];
      if (conversion != 's' && conversion != 'r' && conversion != 'a') {
        fail("Unknown conversion specifier " + std::string(1, conversion));
      }
      value = context_.heap.text(conversion == 's' ? str(value) : conversion == 'r' ? repr(value) : ascii(value));
      text.remove_prefix(2);
      if (!text.empty() && text[0] != ':') fail("expected ':' after conversion specifier");
    }
    const std::string specification = text.empty() ? "" : run(text.substr(1), depth + 1);
    std::string result = format_value(context_, value, specification);
    return markup_ && !(value.is_text() && value.text().markup) ? escape_html(result) : result;
  }

  Value look_up(std::string_view name) {
    const std::size_t end = std::min(name.find_first_of(".["), name.size());
    Value value = first(name.substr(0, end));
    for (name.remove_prefix(end); !name.empty();) {
      context_.heap.spend(1);
      if (name[0] == '.') {
        const std::size_t stop = std::min(name.find_first_of(".[", 1), name.size());
        value = attribute(context_, value, context_.heap.text(std::string(name.substr(1, stop - 1))));
        name.remove_prefix(stop);
      } else {
        const std::size_t stop = name.find(']');
        if (stop == std::string_view::npos) fail("Missing ']' in format string");
        const std::string_view key = name.substr(1, stop - 1);
        std::int64_t index = 0;
        const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
        const bool number =
            !key.empty() && key[0] != '-' && parsed.ec == std::errc{} && parsed.ptr == key.data() + key.size();
        value = item(context_, value, number ? Value::integer(index) : context_.heap.text(std::string(key)));
        name.remove_prefix(stop + 1);
      }
    }
    return value;
  }

  Value first(std::string_view name) {
    std::size_t index = next_;
    const bool numbered = !name.empty() && name[0] >= '0' && name[0] <= '9';
    if (name.empty()) {
      if (by_number_) fail("cannot switch from manual field specification to automatic field numbering");
      ++next_;
    } else if (numbered) {
      if (next_ > 0) fail("cannot switch from automatic field numbering to manual field specification");
      by_number_ = true;
      std::size_t at = 0;
      index = static_cast<std::size_t>(read_number(name, at));
    } else {
      for (const auto& [key, value] : arguments_.keywords) {
        if (key.bytes() == name) return value;
      }
      fail("'" + std::string(name) + "'");
    }
    if (index >= arguments_.positional.size()) {
      fail("Replacement index " + std::to_string(index) + " out of range for positional args tuple");
    }
    return arguments_.positional[index];
  }

  Context& context_;
  const Arguments& arguments_;
  bool markup_;
  std::size_t next_ = 0;
  bool by_number_ = false;
};

}  // namespace

std::string format_value(Context&, Value value, std::string_view text) {
  if (text.empty()) return str(value);
  Specification s = parse(text);
  const bool as_real = s.type != 0 && std::string_view("eEfFgG%").contains(s.type);
  if (value.is_integer()) return as_real ? format_number(s, value) : format_whole(s, value);
  if (value.is(Kind::real)) return format_number(s, value);
  if (!value.is_text()) {
    require_defined(value);
    fail("unsupported format string passed to " + std::string(type_name(value)) + ".__format__");
  }
  if (s.type != 0 && s.type != 's') unknown_type(s, value);
  if (s.sign != 0 && s.sign != '-') fail("Sign not allowed in string format specifier");
  if (s.plain_zero) fail("Negative zero coercion (z) not allowed in string format specifier");
  if (s.grouping) fail("Cannot specify '" + std::string(1, s.grouping) + "' with 's'.");
  // A 0 before the width fills numbers on the left and texts on the right.
  if (s.align == '=' && !s.zero) fail("'=' alignment not allowed in string format specifier");
  std::string body(value.bytes());
  if (s.precision >= 0) body.resize(byte_of(body, s.precision));
  if (s.align == '=') s.align = '<';
  return align(s, '<', "", body);
}

Value format_braces(Context& context, Value text, const Arguments& arguments) {
  const bool markup = text.text().markup;
  return context.heap.text(Braces(context, arguments, markup).run(text.bytes(), 0), markup);
}

}  // namespace gerbil::jinja
