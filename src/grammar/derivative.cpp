// The derivatives of expressions, each computed once.
#include <algorithm>
#include <ranges>

#include "grammar/expression.hpp"

namespace gerbil::grammar {

Expression Expressions::derivative(Expression of, std::uint8_t byte) {
  if (const Expression* known = derivatives_.find(of, byte)) return *known;
  if (derivatives_.size() > limits_.expression_words / 4) derivatives_.clear();
  const Expression made = derive(of, byte);
  derivatives_.put(of, byte, made);
  return made;
}

Expression Expressions::derive(Expression of, std::uint8_t byte) {
  if (kind(of) == Kind::bytes) return set_of(of)[byte] ? empty : nothing;
  std::vector<Expression> parts = operands(of);
  spend(1 + parts.size());
  switch (kind(of)) {
    case Kind::no_text:
    case Kind::empty_text:
    case Kind::bytes:
      return nothing;
    case Kind::concatenation: {
      // What follows a part that may be left out is derived first, from the last of such parts on: not by recursion, as
      // there may be many.
      std::vector<Expression> chain;
      for (Expression rest = of; kind(rest) == Kind::concatenation && (rest == of || !known(rest, byte));
           rest = parts[1]) {
        chain.push_back(rest);
        parts = operands(rest);
        if (!matches_empty(parts[0])) break;
      }
      Expression made = nothing;
      for (const Expression rest : chain | std::views::reverse) {
        parts = operands(rest);
        made = concatenation(derivative(parts[0], byte), parts[1]);
        if (matches_empty(parts[0])) made = either({made, derivative(parts[1], byte)});
        derivatives_.put(rest, byte, made);
      }
      return made;
    }
    case Kind::either:
      for (Expression& part : parts) part = derivative(part, byte);
      return either(std::move(parts));
    case Kind::both:
      for (Expression& part : parts) part = derivative(part, byte);
      return both(std::move(parts));
    case Kind::complement:
      return complement(derivative(parts[0], byte));
    case Kind::repetition: {
      const std::uint32_t least = parts[1] == 0 ? 0 : parts[1] - 1;
      const std::uint32_t most = parts[2] == unbounded ? unbounded : parts[2] - 1;
      return concatenation(derivative(parts[0], byte), repetition(parts[0], least, most));
    }
    case Kind::multiple: {
      Multiple next{parts[0], parts[1], parts[2], parts[3]};
      if (byte == '.') {
        if (next.behind_point == 1) return nothing;
        next.behind_point = 1;
        return multiple(next);
      }
      if (byte < '0' || byte > '9') return nothing;
      if (next.behind_point == 1 && next.fraction == 0) return byte == '0' ? of : nothing;
      next.fraction -= next.behind_point;
      next.remainder = static_cast<std::uint32_t>((next.remainder * std::uint64_t{10} + (byte - '0')) % next.divisor);
      return multiple(next);
    }
  }
  return nothing;
}

Expression Expressions::nearby(Expression of, std::uint32_t bytes) {
  if (kind(of) == Kind::concatenation) {
    const std::vector<Expression> parts = operands(of);
    return kind(parts[0]) == Kind::repetition ? concatenation(nearby(parts[0], bytes), parts[1]) : of;
  }
  if (kind(of) != Kind::repetition) return of;
  const std::vector<Expression> parts = operands(of);
  if (matches_empty(parts[0]) || !surely_matches(parts[0])) return of;
  return repetition(parts[0], std::min(parts[1], bytes), parts[2] >= bytes ? unbounded : parts[2]);
}

bool Expressions::matches(Expression expression, std::string_view text) {
  for (const char c : text) expression = derivative(expression, static_cast<std::uint8_t>(c));
  return matches_empty(expression);
}

}  // namespace gerbil::grammar
