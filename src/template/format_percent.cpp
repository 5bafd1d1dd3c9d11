#include <cmath>
#include <cstdio>

#include "template/failure.hpp"
#include "template/format.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"
#include "template/text.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

struct Conversion {
  bool left = false, sign = false, space = false, zero = false, alternate = false;
  int width = 0;
  int precision = -1;
  char type = 's';
};

// Reads conversions and takes a value for each.
class Percent {
 public:
  Percent(Context& context, Value text, Value values)
      : context_(context), text_(text.bytes()), markup_(text.text().markup), values_(values) {}

  std::string run() {
    std::string result;
    std::int64_t conversions = 0;  // bytes, counted as they come: a short text may take a long value many times
    while (at_ < text_.size()) {
      const std::size_t percent = std::min(text_.find('%', at_), text_.size());
      result += text_.substr(at_, percent - at_);
      at_ = percent + 1;
      if (percent == text_.size()) break;
      const std::size_t before = result.size();
      append_conversion(result);
      context_.heap.reserve(static_cast<std::int64_t>(result.size() - before));
      conversions += static_cast<std::int64_t>(result.size() - before);
    }
    context_.heap.give_back(conversions);
    // What has keys or items may go unused.
    if (values_.is(Kind::dict) || values_.is(Kind::list) || values_.is(Kind::undefined)) return result;
    const bool several = values_.is(Kind::tuple);
    if (several ? next_ < values_.sequence().items.size() : next_ == 0) {
      fail("not all arguments converted during string formatting");
    }
    return result;
  }

 private:
  char peek() const {
    if (at_ >= text_.size()) fail("incomplete format");
    return text_[at_];
  }

  Value take() {
    if (values_.is(Kind::tuple)) {
      if (next_ >= values_.sequence().items.size()) fail("not enough arguments for format string");
      return values_.sequence().items[next_++];
    }
    if (next_++ > 0) fail("not enough arguments for format string");
    return values_;
  }

  int number(bool& from_values) {
    from_values = peek() == '*';
    int result = 0;
    if (from_values) {
      ++at_;
      const Value value = take();
      if (!value.is(Kind::integer)) fail("* wants int");
      if (std::abs(value.as_integer()) > widest_field) fail("a field is wider than " + std::to_string(widest_field));
      return static_cast<int>(value.as_integer());
    }
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      result = result * 10 + (peek() - '0');
      if (result > widest_field) fail("a field is wider than " + std::to_string(widest_field));
    }
    return result;
  }

  void append_conversion(std::string& result) {
    if (peek() == '%') {
      result += '%';
      ++at_;
      return;
    }
    Value named;
    if (peek() == '(') named = named_value();
    Conversion conversion;
    for (;; ++at_) {
      if (const char c = peek(); c == '-')
        conversion.left = true;
      else if (c == '+')
        conversion.sign = true;
      else if (c == ' ')
        conversion.space = true;
      else if (c == '0')
        conversion.zero = true;
      else if (c == '#')
        conversion.alternate = true;
      else
        break;
    }
    bool from_values = false;
    conversion.width = number(from_values);
    if (conversion.width < 0) {
      conversion.left = true;
      conversion.width = -conversion.width;
    }
    if (peek() == '.') {
      ++at_;
      conversion.precision = std::max(0, number(from_values));
    }
    while (peek() == 'h' || peek() == 'l' || peek() == 'L') ++at_;
    conversion.type = peek();
    ++at_;
    pad(result, conversion, convert(conversion, named.given() ? named : take()));
  }

  Value named_value() {
    const std::size_t close = text_.find(')', at_);
    if (close == std::string_view::npos) fail("incomplete format key");
    const std::string_view key = text_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    if (!values_.is(Kind::dict)) fail("format requires a mapping");
    const Value* value = find(values_.dict(), key);
    if (!value) fail("'" + std::string(key) + "'");
    return *value;
  }

  std::string convert(const Conversion& conversion, Value value) {
    switch (conversion.type) {
      case 's':
      case 'r':
      case 'a': {
        std::string text = conversion.type == 's' ? str(value) : conversion.type == 'r' ? repr(value) : ascii(value);
        if (markup_ && !(value.is_text() && value.text().markup)) text = escape_html(text);
        if (conversion.precision >= 0) text.resize(byte_of(text, conversion.precision));
        return text;
      }
      case 'c': {
        if (value.is_text() && length(value.text()) == 1) return std::string(value.bytes());
        if (!value.is_integer())
          fail("%c requires an int or a unicode character, not " + std::string(type_name(value)));
        if (value.as_integer() < 0 || value.as_integer() > 0x10FFFF) fail("%c arg not in range(0x110000)");
        std::string text;
        tokenizer::append_utf8(text, static_cast<char32_t>(value.as_integer()));
        return text;
      }
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        return whole(conversion, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        if (!value.is_number()) {
          require_defined(value);
          fail("must be real number, not " + std::string(type_name(value)));
        }
        return with_sign(conversion, value.as_real() < 0 || std::signbit(value.as_real()),
                         format_real(std::fabs(value.as_real()), conversion.type,
                                     conversion.precision < 0 ? 6 : conversion.precision, conversion.alternate));
      default:
        fail("unsupported format character '" + std::string(1, conversion.type) + "'");
    }
  }

  static std::string with_sign(const Conversion& conversion, bool negative, std::string digits) {
    const std::string sign = negative ? "-" : conversion.sign ? "+" : conversion.space ? " " : "";
    const std::size_t size = sign.size() + digits.size();
    const auto width = static_cast<std::size_t>(conversion.width);
    if (conversion.zero && !conversion.left && size < width) digits.insert(0, width - size, '0');
    return sign + digits;
  }

  std::string whole(const Conversion& conversion, Value value) const {
    const bool decimal = conversion.type == 'd' || conversion.type == 'i' || conversion.type == 'u';
    if (!value.is_integer() && !(decimal && value.is(Kind::real))) {
      require_defined(value);
      fail(std::string("%") + conversion.type + " format: " + (decimal ? "a real number" : "an integer") +
           " is required, not " + std::string(type_name(value)));
    }
    std::string digits;
    bool is_negative = false;
    if (value.is(Kind::real)) {
      if (!std::isfinite(value.as_real())) fail("cannot convert float infinity or NaN to integer");
      const double whole_part = std::trunc(value.as_real());
      is_negative = whole_part < 0;
      digits = format_real(std::fabs(whole_part), 'f', 0, false);
    } else {
      is_negative = value.as_integer() < 0;
      const auto magnitude = is_negative ? 0 - static_cast<std::uint64_t>(value.as_integer())
                                         : static_cast<std::uint64_t>(value.as_integer());
      digits = to_base(magnitude, conversion);
    }
    if (const auto least = static_cast<std::size_t>(std::max(conversion.precision, 0)); digits.size() < least) {
      digits.insert(0, least - digits.size(), '0');
    }
    if (conversion.alternate && !decimal) digits.insert(0, std::string("0") + conversion.type);
    return with_sign(conversion, is_negative, digits);
  }

  static std::string to_base(std::uint64_t value, const Conversion& conversion) {
    const unsigned base = conversion.type == 'o' ? 8 : conversion.type == 'x' || conversion.type == 'X' ? 16 : 10;
    const std::string_view letters = conversion.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string digits;
    do {
      digits.insert(digits.begin(), letters[value % base]);
      value /= base;
    } while (value > 0);
    return digits;
  }

  void pad(std::string& result, const Conversion& conversion, const std::string& text) {
    const auto missing = static_cast<std::size_t>(std::max<std::int64_t>(0, conversion.width - count_characters(text)));
    context_.heap.spend(static_cast<std::int64_t>(missing / 16));
    if (!conversion.left) result.append(missing, ' ');
    result += text;
    if (conversion.left) result.append(missing, ' ');
  }

  Context& context_;
  std::string_view text_;
  bool markup_;
  Value values_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
};

}  // namespace

std::string format_real(double value, char type, int precision, bool alternate) {
  if (!std::isfinite(value)) {
    const std::string name = std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    return type >= 'a' ? name : upper(name);
  }
  std::string format = alternate ? "%#.*" : "%.*";
  format += type;
  const int size = std::snprintf(nullptr, 0, format.c_str(), precision, value);
  std::string result(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(result.data(), result.size(), format.c_str(), precision, value);
  result.pop_back();
  return result;
}

Value format_percent(Context& context, Value text, Value values) {
  return context.heap.text(Percent(context, text, values).run(), text.text().markup);
}

}  // namespace gerbil::jinja
