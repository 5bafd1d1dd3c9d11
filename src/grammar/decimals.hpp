// Numbers of JSON as texts, and their ranges as regular expressions.
#pragma once

#include <string>

#include "grammar/expression.hpp"

namespace gerbil::grammar {

// A finite decimal: its value is ±whole.fraction, without zeros in front of the one and behind the other.
struct Decimal {
  bool negative = false;
  std::string whole = "0";
  std::string fraction;

  bool zero() const { return whole == "0" && fraction.empty(); }
};

// Of a number as JSON writes it, exponents included. Throws Error{invalid_argument} when it has more than 400 digits.
Decimal parse_decimal(std::string_view number);

enum class Comparison { at_least, more_than, at_most, less_than };

// The numbers without exponents (of any number of digits; −0 is none of them) that compare so with `bound`.
Expression compared(Expressions& expressions, Comparison comparison, const Decimal& bound);

// The numbers without exponents that are multiples of `of`, which is positive. Throws Error{unsupported} when its
// digits are more than 10^6.
Expression multiple_of(Expressions& expressions, const Decimal& of);

// -?(0|[1-9]…) with at most `digits` digits, and no −0.
Expression integer(Expressions& expressions, std::uint32_t digits);

// As integer(), with at most `fraction` digits behind a point, which may be missing; −0 and −0.0 are none of them.
Expression decimal(Expressions& expressions, std::uint32_t digits, std::uint32_t fraction);

}  // namespace gerbil::grammar
