#include "grammar/decimals.hpp"

#include <algorithm>
#include <charconv>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::grammar {
namespace {

Expression digits(Expressions& make, int first, int last) {
  ByteSet set;
  for (int digit = first; digit <= last; ++digit) set.set(std::size_t{'0'} + static_cast<std::size_t>(digit));
  return make.bytes(set);
}

Expression any_digits(Expressions& make, std::uint32_t least, std::uint32_t most) {
  return make.repetition(digits(make, 0, 9), least, most);
}

// Digits that differ from `from` at some place for the first time, there by a larger or smaller digit; `rest` follows.
template <typename Rest>
Expression differing(Expressions& make, std::string_view from, bool larger, bool leading, const Rest& rest) {
  std::vector<Expression> parts;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const int digit = from[i] - '0';
    const int lowest = leading && i == 0 && from.size() > 1 ? 1 : 0;
    parts.push_back(make.sequence({make.literal(from.substr(0, i)),
                                   larger ? digits(make, digit + 1, 9) : digits(make, lowest, digit - 1),
                                   rest(static_cast<std::uint32_t>(from.size() - i - 1))}));
  }
  return make.either(std::move(parts));
}

// Without a sign: larger (or smaller) than `bound`, or as large when `same`.
Expression magnitude(Expressions& make, const Decimal& bound, bool larger, bool same) {
  const Expression any_fraction =
      make.repetition(make.concatenation(make.literal("."), any_digits(make, 1, unbounded)), 0, 1);
  std::vector<Expression> wholes = {
      differing(make, bound.whole, larger, true, [&](std::uint32_t left) { return any_digits(make, left, left); })};
  const auto length = static_cast<std::uint32_t>(bound.whole.size());
  if (larger) {
    wholes.push_back(make.concatenation(digits(make, 1, 9), any_digits(make, length, unbounded)));
  } else if (length > 1) {
    wholes.push_back(digits(make, 0, 9));
    if (length > 2) wholes.push_back(make.concatenation(digits(make, 1, 9), any_digits(make, 1, length - 2)));
  }
  std::vector<Expression> fractions = {
      // behind the same whole
      differing(make, bound.fraction, larger, false, [&](std::uint32_t) { return any_digits(make, 0, unbounded); })};
  const Expression zeros = make.repetition(digits(make, 0, 0), 0, unbounded);
  const Expression equal = make.concatenation(make.literal(bound.fraction), zeros);
  if (larger) {
    // As far as the bound goes, and then something that is not zero.
    fractions.push_back(
        make.sequence({make.literal(bound.fraction), zeros, digits(make, 1, 9), any_digits(make, 0, unbounded)}));
  } else {
    for (std::size_t i = 0; i < bound.fraction.size(); ++i)
      fractions.push_back(make.literal(bound.fraction.substr(0, i)));
  }
  if (same) fractions.push_back(equal);
  const Expression some = make.both({make.either(std::move(fractions)), any_digits(make, 1, unbounded)});
  std::vector<Expression> ends = {make.concatenation(make.literal("."), some)};
  if ((same && bound.fraction.empty()) || (!larger && !bound.fraction.empty())) ends.push_back(empty);
  return make.either({make.concatenation(make.either(std::move(wholes)), any_fraction),
                      make.concatenation(make.literal(bound.whole), make.either(std::move(ends)))});
}

Expression negative(Expressions& make, Expression magnitude) {
  return make.concatenation(make.literal("-"), magnitude);
}

}  // namespace

Decimal parse_decimal(std::string_view number) {
  Decimal made;
  made.negative = number.starts_with('-');
  if (made.negative) number.remove_prefix(1);
  const std::size_t e = number.find_first_of("eE");
  std::string_view mantissa = number.substr(0, e);
  int exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = number.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string all(mantissa.substr(0, point));
  int place = static_cast<int>(all.size()) + exponent;
  if (point < mantissa.size()) all += mantissa.substr(point + 1);
  if (std::abs(place) > 400 || all.size() > 400) {
    throw Error(ErrorCode::invalid_argument,
                std::format("The number {} of a schema has too many digits.", number.substr(0, 40)));
  }
  if (place < 0) all.insert(0, static_cast<std::size_t>(-place), '0'), place = 0;
  const auto whole = static_cast<std::size_t>(place);
  if (all.size() < whole) all.resize(whole, '0');
  made.whole = all.substr(0, whole);
  made.fraction = all.substr(whole);
  made.whole.erase(0, std::min(made.whole.find_first_not_of('0'), made.whole.size()));
  if (made.whole.empty()) made.whole = "0";
  made.fraction.erase(made.fraction.find_last_not_of('0') + 1);
  if (made.zero()) made.negative = false;
  return made;
}

Expression compared(Expressions& make, Comparison comparison, const Decimal& bound) {
  const bool upwards = comparison == Comparison::at_least || comparison == Comparison::more_than;
  const bool same = comparison == Comparison::at_least || comparison == Comparison::at_most;
  const Expression positive = magnitude(make, Decimal{}, true, true);
  const Expression below_zero = negative(make, magnitude(make, Decimal{}, true, false));
  if (!bound.negative && upwards) return magnitude(make, bound, true, same);
  if (!bound.negative) return make.either({below_zero, magnitude(make, bound, false, same)});
  if (!upwards) return negative(make, magnitude(make, bound, true, same));
  return make.either({positive, make.both({below_zero, negative(make, magnitude(make, bound, false, same))})});
}

Expression multiple_of(Expressions& make, const Decimal& of) {
  const std::string all = of.whole + of.fraction;
  std::uint64_t divisor = 0;
  for (const char c : all) {
    divisor = divisor * 10 + static_cast<std::uint64_t>(c - '0');
    if (divisor > 1'000'000) {
      throw Error(ErrorCode::unsupported,
                  std::format("multiples of {}.{} have too many remainders", of.whole, of.fraction));
    }
  }
  const Multiple multiple{static_cast<std::uint32_t>(divisor), 0, static_cast<std::uint32_t>(of.fraction.size()), 0};
  return make.concatenation(make.repetition(make.literal("-"), 0, 1), make.multiple(multiple));
}

Expression integer(Expressions& make, std::uint32_t count) { return decimal(make, count, 0); }

Expression decimal(Expressions& make, std::uint32_t count, std::uint32_t fraction) {
  const Expression whole =
      make.either({make.literal("0"),
                   make.concatenation(digits(make, 1, 9),
                                      any_digits(make, 0, count == unbounded ? unbounded : std::max(count, 1u) - 1))});
  const Expression part = make.repetition(make.concatenation(make.literal("."), any_digits(make, 1, fraction)), 0, 1);
  const Expression positive = fraction == 0 ? whole : make.concatenation(whole, part);
  const Expression zero = make.concatenation(
      make.literal("0"),
      make.repetition(make.concatenation(make.literal("."), make.repetition(digits(make, 0, 0), 1, unbounded)), 0, 1));
  return make.either({positive, negative(make, make.both({positive, make.complement(zero)}))});
}

}  // namespace gerbil::grammar
