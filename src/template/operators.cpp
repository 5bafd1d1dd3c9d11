#include "template/operators.hpp"

#include <algorithm>
#include <cmath>

#include "template/failure.hpp"
#include "template/format.hpp"
#include "template/print.hpp"
#include "template/text.hpp"

namespace gerbil::jinja {
namespace {

constexpr std::string_view signs[] = {"+", "-", "*", "/", "//", "%", "** or pow()"};

[[noreturn]] void too_large() { fail("the result is too large: whole numbers have 64 bits"); }

[[noreturn]] void unsupported(Binary operation, Value left, Value right) {
  require_defined(left);
  require_defined(right);
  const std::string sign(signs[static_cast<int>(operation)]);
  const std::string a(type_name(left));
  const std::string b(type_name(right));
  if (operation == Binary::add && left.is_text()) fail("can only concatenate str (not \"" + b + "\") to str");
  if (operation == Binary::add && (left.is(Kind::list) || left.is(Kind::tuple))) {
    fail("can only concatenate " + a + " (not \"" + b + "\") to " + a);
  }
  fail("unsupported operand type(s) for " + sign + ": '" + a + "' and '" + b + "'");
}

std::int64_t checked_subtract(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(a, b, &result)) too_large();
  return result;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  if (b == 0) fail("integer division or modulo by zero");
  if (b == -1) return checked_subtract(0, a);
  const std::int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

std::int64_t modulo(std::int64_t a, std::int64_t b) {
  if (b == 0) fail("integer modulo by zero");
  if (b == -1) return 0;
  const std::int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double modulo(double a, double b) {
  if (b == 0.0) fail("float modulo by zero");
  const double rest = std::fmod(a, b);
  if (rest == 0.0) return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

double floor_divide(double a, double b) {
  if (b == 0.0) fail("float floor division by zero");
  const double quotient = (a - modulo(a, b)) / b;
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1.0 : floor;
}

Value power(Value left, Value right) {
  if (left.is_integer() && right.is_integer() && right.as_integer() >= 0) {
    std::int64_t result = 1;
    std::int64_t base = left.as_integer();
    for (std::int64_t exponent = right.as_integer(); exponent > 0;) {
      if (exponent & 1) result = checked_multiply(result, base);
      exponent >>= 1;
      if (exponent > 0) base = checked_multiply(base, base);
    }
    return Value::integer(result);
  }
  const double base = left.as_real();
  const double exponent = right.as_real();
  if (base == 0.0 && exponent < 0) fail("zero to a negative power");
  if (base < 0 && std::floor(exponent) != exponent)
    fail("the root of a negative number is a complex number, which is not supported");
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent)) fail("Numerical result out of range");
  return Value::real(result);
}

Value arithmetic(Binary operation, Value left, Value right) {
  const bool whole = left.is_integer() && right.is_integer();
  const std::int64_t i = left.as_integer();
  const std::int64_t j = right.as_integer();
  const double x = left.as_real();
  const double y = right.as_real();
  switch (operation) {
    case Binary::add:
      return whole ? Value::integer(checked_add(i, j)) : Value::real(x + y);
    case Binary::subtract:
      return whole ? Value::integer(checked_subtract(i, j)) : Value::real(x - y);
    case Binary::multiply:
      return whole ? Value::integer(checked_multiply(i, j)) : Value::real(x * y);
    case Binary::divide:
      if (y == 0.0) fail(whole ? "division by zero" : "float division by zero");
      return Value::real(x / y);
    case Binary::floor_divide:
      return whole ? Value::integer(floor_divide(i, j)) : Value::real(floor_divide(x, y));
    case Binary::modulo:
      return whole ? Value::integer(modulo(i, j)) : Value::real(modulo(x, y));
    case Binary::power:
      return power(left, right);
  }
  return {};
}

// A text in an operation with Markup is escaped first.
std::string as_markup(Value value) {
  return value.text().markup ? std::string(value.bytes()) : escape_html(value.bytes());
}

Value repeat(Context& context, Value what, std::int64_t times) {
  times = std::max<std::int64_t>(times, 0);
  if (what.is_text()) {
    const std::string_view text = what.bytes();
    context.heap.reserve(checked_multiply(times, static_cast<std::int64_t>(text.size())));
    std::string result;
    result.reserve(text.size() * static_cast<std::size_t>(times));
    if (!text.empty()) {
      for (std::int64_t i = 0; i < times; ++i) result += text;
    }
    return context.heap.text(std::move(result), what.text().markup);
  }
  const Values& items = what.sequence().items;
  context.heap.reserve(checked_multiply(times, static_cast<std::int64_t>(items.size() * sizeof(Value))));
  Values result;
  if (!items.empty()) {
    for (std::int64_t i = 0; i < times; ++i) result.insert(result.end(), items.begin(), items.end());
  }
  return context.heap.sequence(what.kind(), std::move(result), type_name(what));
}

bool repeatable(Value value) { return value.is_text() || value.is(Kind::list) || value.is(Kind::tuple); }

bool contains(Context& context, Value container, Value element) {
  if (container.is_text()) {
    if (!element.is_text()) {
      require_defined(element);
      fail("'in <string>' requires string as left operand, not " + std::string(type_name(element)));
    }
    context.heap.spend(static_cast<std::int64_t>(container.bytes().size() / 16));
    return find(container.bytes(), element.bytes()) != std::string_view::npos;
  }
  if (container.is(Kind::dict)) {
    context.heap.spend(static_cast<std::int64_t>(container.dict().items.size()));
    return find(container.dict(), element) != nullptr;
  }
  if (container.is(Kind::generator) || container.is(Kind::loop)) {
    Iteration iteration{container};
    for (Value item = next_of(context, iteration); item.given(); item = next_of(context, iteration)) {
      if (equal(item, element)) return true;
    }
    return false;
  }
  if (container.is_sequence() || container.is(Kind::undefined)) {
    const Values items = items_of(context, container);
    return std::ranges::any_of(items, [&](Value item) { return equal(item, element); });
  }
  fail("argument of type '" + std::string(type_name(container)) + "' is not iterable");
}

}  // namespace

std::int64_t checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) too_large();
  return result;
}

std::int64_t checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) too_large();
  return result;
}

Value apply(Context& context, Binary operation, Value left, Value right) {
  if (left.is_number() && right.is_number()) return arithmetic(operation, left, right);
  if (operation == Binary::add && left.is_text() && right.is_text()) {
    if (left.text().markup || right.text().markup) return context.heap.text(as_markup(left) + as_markup(right), true);
    std::string joined;
    joined.reserve(left.bytes().size() + right.bytes().size());
    joined.append(left.bytes()).append(right.bytes());
    return context.heap.text(std::move(joined));
  }
  if (operation == Binary::add && left.kind() == right.kind() && (left.is(Kind::list) || left.is(Kind::tuple))) {
    Values joined = left.sequence().items;
    joined.insert(joined.end(), right.sequence().items.begin(), right.sequence().items.end());
    return context.heap.sequence(left.kind(), std::move(joined), type_name(left));
  }
  if (operation == Binary::multiply && repeatable(left) && right.is_integer()) {
    return repeat(context, left, right.as_integer());
  }
  if (operation == Binary::multiply && left.is_integer() && repeatable(right)) {
    return repeat(context, right, left.as_integer());
  }
  if (operation == Binary::modulo && left.is_text()) return format_percent(context, left, right);
  unsupported(operation, left, right);
}

bool apply(Context& context, Comparison operation, Value left, Value right) {
  context.heap.spend(extent_of(left).values +
                     (left.is_text() ? static_cast<std::int64_t>(left.bytes().size() / 16) : 0));
  switch (operation) {
    case Comparison::equal:
      return equal(left, right);
    case Comparison::unequal:
      return !equal(left, right);
    case Comparison::in:
      return contains(context, right, left);
    case Comparison::not_in:
      return !contains(context, right, left);
    default:
      break;
  }
  const auto is_nan = [](Value value) { return value.is(Kind::real) && std::isnan(value.as_real()); };
  if (left.is_number() && right.is_number() && (is_nan(left) || is_nan(right))) return false;
  switch (operation) {
    case Comparison::less:
      return compare(left, right, "<") < 0;
    case Comparison::less_equal:
      return compare(left, right, "<=") <= 0;
    case Comparison::greater:
      return compare(left, right, ">") > 0;
    default:
      return compare(left, right, ">=") >= 0;
  }
}

Value negative(Value operand) {
  if (operand.is_integer()) return Value::integer(checked_subtract(0, operand.as_integer()));
  if (operand.is(Kind::real)) return Value::real(-operand.as_real());
  require_defined(operand);
  fail("bad operand type for unary -: '" + std::string(type_name(operand)) + "'");
}

Value positive(Value operand) {
  if (operand.is_integer()) return Value::integer(operand.as_integer());
  if (operand.is(Kind::real)) return operand;
  require_defined(operand);
  fail("bad operand type for unary +: '" + std::string(type_name(operand)) + "'");
}

Value concatenate(Context& context, std::span<const Value> parts) {
  std::string result;
  bool markup = false;
  if (context.autoescape) markup = std::ranges::any_of(parts, [](Value p) { return p.is_text() && p.text().markup; });
  for (const Value part : parts) {
    if (markup && !(part.is_text() && part.text().markup)) {
      result += escape_html(str(part));
    } else {
      append_str(result, part);
    }
  }
  return context.heap.text(std::move(result), markup);
}

}  // namespace gerbil::jinja
