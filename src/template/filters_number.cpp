#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/format.hpp"
#include "template/operators.hpp"
#include "template/text.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja::filters {
namespace {

// The digits of a number, without white space around them and single underscores between them.
std::optional<std::string> plain_digits(std::string_view text) {
  text = strip(text);
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      // Python reads the decimals of every script.
      const auto unit = tokenizer::utf8_unit(text, i);
      if (unit.code_point >= 0x80 && is_decimal(unit.code_point)) {
        result += static_cast<char>('0' + digit_value(unit.code_point));
      } else {
        result += text.substr(i, unit.size);
      }
      i += unit.size - 1;
      continue;
    }
    const auto is_digit = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return std::nullopt;
  }
  return result;
}

// float(text)
std::optional<double> parse_real(std::string_view text) {
  const auto digits = plain_digits(text);
  if (!digits || digits->empty()) return std::nullopt;
  std::string_view rest = *digits;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const std::string name = jinja::lower(rest);
  if (name == "inf" || name == "infinity") return negative ? -HUGE_VAL : HUGE_VAL;
  if (name == "nan") return std::nan("");
  if (rest.empty() || !(rest[0] == '.' || (rest[0] >= '0' && rest[0] <= '9'))) return std::nullopt;
  double value = 0.0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (end != rest.data() + rest.size()) return std::nullopt;
  if (code == std::errc::result_out_of_range) value = name.contains("e-") ? 0.0 : HUGE_VAL;
  return negative ? -value : value;
}

// int(text, base)
std::optional<std::int64_t> parse_whole(std::string_view text, std::int64_t base) {
  const auto digits = plain_digits(text);
  if (!digits) return std::nullopt;
  std::string_view rest = *digits;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const char second = rest.size() > 1 && rest[0] == '0' ? static_cast<char>(rest[1] | 0x20) : ' ';
  const int prefix = second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 0;
  if (prefix != 0 && (base == prefix || base == 0)) {
    rest.remove_prefix(2);
    base = prefix;
  }
  if (base == 0) base = 10;
  if (base < 2 || base > 36) fail("int() base must be >= 2 and <= 36, or 0");
  const std::string with_sign = (negative ? "-" : "") + std::string(rest);
  std::int64_t value = 0;
  const auto [end, code] =
      std::from_chars(with_sign.data(), with_sign.data() + with_sign.size(), value, static_cast<int>(base));
  if (rest.empty() || rest[0] == '-' || end != with_sign.data() + with_sign.size()) return std::nullopt;
  if (code == std::errc::result_out_of_range)
    fail("the number " + with_sign.substr(0, 40) + " is too large: whole numbers have 64 bits");
  return value;
}

std::int64_t truncated(double value) {
  if (std::isnan(value)) fail("cannot convert float NaN to integer");
  if (std::isinf(value)) fail("cannot convert float infinity to integer");
  if (std::fabs(value) >= 0x1p63) fail("the number is too large: whole numbers have 64 bits");
  return static_cast<std::int64_t>(value);
}

double power_of_ten(std::int64_t exponent) { return std::pow(10.0, static_cast<double>(exponent)); }

// Python's round(): halves go to the even neighbour, judged by the exact binary value.
Value rounded(Value value, std::int64_t precision) {
  if (value.is_integer()) {
    if (precision >= 0) return Value::integer(value.as_integer());
    if (precision < -18) return Value::integer(0);
    std::int64_t unit = 1;
    for (std::int64_t i = precision; i < 0; ++i) unit *= 10;
    const std::int64_t rest = ((value.as_integer() % unit) + unit) % unit;
    const std::int64_t down = checked_add(value.as_integer(), -rest);
    const bool up = rest * 2 > unit || (rest * 2 == unit && (down / unit) % 2 != 0);
    return Value::integer(up ? checked_add(down, unit) : down);
  }
  const double number = value.as_real();
  if (!std::isfinite(number) || precision > 300) return value;
  if (precision < 0) {
    const double unit = power_of_ten(-precision);
    return Value::real(std::nearbyint(number / unit) * unit);
  }
  return Value::real(std::strtod(format_real(number, 'f', static_cast<int>(precision), false).c_str(), nullptr));
}

double to_number(Value value) {
  if (value.is_number()) return value.as_real();
  require_defined(value);
  if (value.is_text()) {
    if (const auto number = parse_real(value.bytes())) return *number;
    fail("could not convert string to float: '" + std::string(value.bytes()) + "'");
  }
  fail("float() argument must be a string or a real number, not '" + std::string(type_name(value)) + "'");
}

}  // namespace

Value abs(Context&, const Arguments& arguments) {
  const Value value = only_subject("abs", arguments);
  if (value.is(Kind::real)) return Value::real(std::fabs(value.as_real()));
  if (value.is_integer()) return value.as_integer() < 0 ? negative(value) : positive(value);
  require_defined(value);
  fail("bad operand type for abs(): '" + std::string(type_name(value)) + "'");
}

Value int_(Context&, const Arguments& arguments) {
  const auto [value, fallback, base] = bind("int", arguments, {"value", "default", "base"}, 1);
  require_defined(value);
  if (value.is_integer()) return Value::integer(value.as_integer());
  if (value.is(Kind::real)) {
    if (!std::isnan(value.as_real())) return Value::integer(truncated(value.as_real()));
  } else if (value.is_text()) {
    if (const auto whole = parse_whole(value.bytes(), to_index_or(base, 10))) return Value::integer(*whole);
    // So that "42.23"|int gives 42.
    const auto real = parse_real(value.bytes());
    if (real && std::isfinite(*real)) return Value::integer(truncated(*real));
  }
  return fallback.given() ? fallback : Value::integer(0);
}

Value float_(Context&, const Arguments& arguments) {
  const auto [value, fallback] = bind("float", arguments, {"value", "default"}, 1);
  require_defined(value);
  if (value.is_number()) return Value::real(value.as_real());
  if (value.is_text()) {
    if (const auto real = parse_real(value.bytes())) return Value::real(*real);
  }
  return fallback.given() ? fallback : Value::real(0.0);
}

Value round(Context&, const Arguments& arguments) {
  const auto [value, precision, method] = bind("round", arguments, {"value", "precision", "method"}, 1);
  const std::string_view how = method.given() ? to_text(method, "method") : "common";
  if (how != "common" && how != "ceil" && how != "floor") fail("method must be common, ceil or floor");
  if (!value.is_number()) {
    require_defined(value);
    fail("type " + std::string(type_name(value)) + " doesn't define __round__ method");
  }
  const std::int64_t digits = to_index_or(precision, 0);
  if (how == "common") return rounded(value, digits);
  const double unit = power_of_ten(digits);
  const double scaled = value.as_real() * unit;
  return Value::real((how == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / unit);
}

Value filesizeformat(Context& context, const Arguments& arguments) {
  const auto [value, binary] = bind("filesizeformat", arguments, {"value", "binary"}, 1);
  const double bytes = to_number(value);
  const bool powers_of_two = truth(binary);
  const double base = powers_of_two ? 1024 : 1000;
  if (bytes == 1) return context.heap.text("1 Byte");
  if (bytes < base) return context.heap.text(std::to_string(truncated(bytes)) + " Bytes");
  long double unit = base;  // 1000^9 is exact in 64 bits of mantissa
  std::size_t prefix = 0;
  constexpr std::string_view prefixes = "kMGTPEZY";
  for (; prefix < prefixes.size(); ++prefix) {
    unit *= base;
    if (bytes < unit || prefix + 1 == prefixes.size()) break;
  }
  std::string name(1, prefixes[prefix]);
  if (powers_of_two) name = jinja::upper(name) + "i";
  return context.heap.text(format_real(base * bytes / static_cast<double>(unit), 'f', 1, false) + " " + name + "B");
}

}  // namespace gerbil::jinja::filters
