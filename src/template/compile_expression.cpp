#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "template/compiler.hpp"
#include "template/failure.hpp"

namespace gerbil::jinja {

void Compiler::expression() {
  const Nesting level(*this);
  const std::size_t begin = here();
  const std::size_t unknowns = unknowns_.size();
  disjunction();
  while (skip_name("if")) {
    const int line = now().line;
    const Code value = cut(begin);
    disjunction();
    const std::size_t to_else = emit(Op::jump_if_false);
    append(value);
    const std::size_t to_end = emit(Op::jump);
    land(to_else);
    if (skip_name("else")) {
      expression();
    } else {
      emit(Op::undefined, text_constant("the inline if-expression on line " + std::to_string(line) +
                                        " evaluated to false and no else section was defined."));
    }
    land(to_end);
    unknowns_.resize(unknowns);
  }
}

void Compiler::disjunction() {
  conjunction();
  std::vector<std::size_t> jumps;
  while (skip_name("or")) {
    jumps.push_back(emit(Op::jump_if_true_or_pop));
    conjunction();
  }
  for (const std::size_t jump : jumps) land(jump);
}

void Compiler::conjunction() {
  negation();
  std::vector<std::size_t> jumps;
  while (skip_name("and")) {
    jumps.push_back(emit(Op::jump_if_false_or_pop));
    negation();
  }
  for (const std::size_t jump : jumps) land(jump);
}

void Compiler::negation() {
  if (!now().is_name("not")) return comparison();
  const Nesting level(*this);
  ++at_;
  negation();
  emit(Op::not_);
}

bool Compiler::comparison_operator(Comparison& comparison) {
  constexpr std::pair<std::string_view, Comparison> signs[] = {
      {"==", Comparison::equal},      {"!=", Comparison::unequal}, {"<", Comparison::less},
      {"<=", Comparison::less_equal}, {">", Comparison::greater},  {">=", Comparison::greater_equal}};
  for (const auto& [sign, meaning] : signs) {
    if (skip_operator(sign)) {
      comparison = meaning;
      return true;
    }
  }
  if (skip_name("in")) {
    comparison = Comparison::in;
    return true;
  }
  if (now().is_name("not") && ahead().is_name("in")) {
    at_ += 2;
    comparison = Comparison::not_in;
    return true;
  }
  return false;
}

// a < b < c computes b once, and c only when a < b holds.
void Compiler::comparison() {
  sum();
  std::vector<std::size_t> jumps;
  for (Comparison meaning{}; comparison_operator(meaning);) {
    sum();
    const std::size_t at = at_;
    Comparison next{};
    const bool chained = comparison_operator(next);
    at_ = at;
    if (chained) emit(Op::over);
    emit(Op::compare, static_cast<std::int32_t>(meaning));
    if (chained) jumps.push_back(emit(Op::jump_if_false_or_pop));
  }
  if (jumps.empty()) return;
  const std::size_t done = emit(Op::jump);
  for (const std::size_t jump : jumps) land(jump);
  emit(Op::swap);
  emit(Op::pop);
  land(done);
}

void Compiler::sum() {
  concatenation();
  for (;;) {
    const bool add = now().is_operator("+");
    if (!add && !now().is_operator("-")) return;
    ++at_;
    concatenation();
    emit(Op::binary, static_cast<std::int32_t>(add ? Binary::add : Binary::subtract));
  }
}

void Compiler::concatenation() {
  product();
  std::int32_t count = 1;
  while (skip_operator("~")) {
    product();
    ++count;
  }
  if (count > 1) emit(Op::concatenate, count);
}

void Compiler::product() {
  constexpr std::pair<std::string_view, Binary> signs[] = {
      {"*", Binary::multiply}, {"/", Binary::divide}, {"//", Binary::floor_divide}, {"%", Binary::modulo}};
  power();
  for (;;) {
    const auto sign = std::ranges::find_if(signs, [&](const auto& s) { return now().is_operator(s.first); });
    if (sign == std::end(signs)) return;
    ++at_;
    power();
    emit(Op::binary, static_cast<std::int32_t>(sign->second));
  }
}

// Unlike Python's, Jinja's ** takes its operands from the left.
void Compiler::power() {
  unary();
  while (skip_operator("**")) {
    unary();
    emit(Op::binary, static_cast<std::int32_t>(Binary::power));
  }
}

void Compiler::unary(bool with_filters) {
  if (now().is_operator("-") || now().is_operator("+")) {
    const Nesting level(*this);
    const Op op = now().is_operator("-") ? Op::negative : Op::positive;
    ++at_;
    unary(false);
    emit(op);
  } else {
    primary();
  }
  postfix();
  if (with_filters) filters_and_tests();
}

void Compiler::emit_load(std::string_view name) {
  const std::int32_t variable = symbol(name);
  if (!names_.back().stored.contains(variable)) names_.back().loaded.insert(variable);
  emit(Op::load, variable);
}

void Compiler::primary() {
  const Nesting level(*this);
  const Token token = now();
  switch (token.kind) {
    case TokenKind::name:
      ++at_;
      if (token.text == "true" || token.text == "True") {
        emit(Op::constant, constant(Value::boolean(true)));
      } else if (token.text == "false" || token.text == "False") {
        emit(Op::constant, constant(Value::boolean(false)));
      } else if (token.text == "none" || token.text == "None") {
        emit(Op::constant, constant(Value::none()));
      } else {
        emit_load(token.text);
      }
      return;
    case TokenKind::text: {
      std::string joined;
      for (; now().kind == TokenKind::text; ++at_) joined += now().text;
      emit(Op::constant, constant(program_.heap.text(std::move(joined))));
      return;
    }
    case TokenKind::integer:
    case TokenKind::real:
      return number();
    default:
      break;
  }
  if (token.is_operator("(")) return parentheses();
  if (token.is_operator("[")) return list();
  if (token.is_operator("{")) return dict();
  if (token.kind == TokenKind::operator_) error("unexpected '" + token.text + "'");
  if (token.kind == TokenKind::block_end || token.kind == TokenKind::print_end) {
    error("Expected an expression, got the end of the tag");
  }
  error("unexpected end of template");
}

void Compiler::number() {
  const std::string& digits = now().text;
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  if (now().kind == TokenKind::real) {
    double value = 0.0;
    if (std::from_chars(begin, end, value).ec == std::errc::result_out_of_range) {
      value = digits.contains("e-") || digits.contains("E-") ? 0.0 : HUGE_VAL;  // as Python reads it
    }
    ++at_;
    emit(Op::constant, constant(Value::real(value)));
    return;
  }
  const char kind = digits.size() > 1 ? static_cast<char>(digits[1] | 0x20) : ' ';
  const int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
  std::int64_t value = 0;
  const auto [stop, code] = std::from_chars(begin + (base == 10 ? 0 : 2), end, value, base);
  if (code == std::errc::result_out_of_range)
    error("the number " + digits + " is too large: whole numbers have 64 bits");
  if (code != std::errc{} || stop != end) error("invalid number '" + digits + "'");
  ++at_;
  emit(Op::constant, constant(Value::integer(value)));
}

void Compiler::list() {
  ++at_;
  std::int32_t count = 0;
  while (!skip_operator("]")) {
    if (count > 0) {
      expect_operator(",");
      if (skip_operator("]")) break;
    }
    expression();
    ++count;
  }
  emit(Op::list, count);
}

void Compiler::dict() {
  ++at_;
  std::int32_t count = 0;
  while (!skip_operator("}")) {
    if (count > 0) {
      expect_operator(",");
      if (skip_operator("}")) break;
    }
    expression();
    expect_operator(":");
    expression();
    ++count;
  }
  emit(Op::dict, count);
}

void Compiler::parentheses() {
  ++at_;
  tuple(true, {}, true);
  expect_operator(")");
}

bool Compiler::ends_tuple(std::initializer_list<std::string_view> ends) const {
  return now().kind == TokenKind::block_end || now().kind == TokenKind::print_end || now().is_operator(")") ||
         (now().kind == TokenKind::name && std::ranges::contains(ends, now().text));
}

void Compiler::tuple(bool with_condition, std::initializer_list<std::string_view> ends, bool parenthesised) {
  std::int32_t count = 0;
  bool comma = false;
  for (;;) {
    if (count > 0) expect_operator(",");
    if (ends_tuple(ends)) break;
    if (with_condition) {
      expression();
    } else {
      disjunction();
    }
    ++count;
    if (!now().is_operator(",")) break;
    comma = true;
  }
  if (comma) {
    emit(Op::tuple, count);
  } else if (count == 0) {
    if (!parenthesised) error("Expected an expression, got '" + now().text + "'");
    emit(Op::tuple, 0);
  }
}

void Compiler::postfix() {
  for (;;) {
    if (now().is_operator(".") || now().is_operator("[")) {
      subscript();
    } else if (skip_operator("(")) {
      emit_call(Op::call, arguments());
    } else {
      return;
    }
  }
}

void Compiler::subscript() {
  if (skip_operator(".")) {
    if (now().kind == TokenKind::name) {
      const std::int32_t name = text_constant(now().text);
      ++at_;
      emit(Op::attribute, name);
    } else if (now().kind == TokenKind::integer) {
      number();
      emit(Op::item);
    } else {
      error("expected name or number");
    }
    return;
  }
  ++at_;
  std::int32_t count = 0;
  bool sliced = false;
  while (!skip_operator("]")) {
    if (count > 0) expect_operator(",");
    sliced |= slice_or_item();
    if (sliced && count > 0) error("a slice cannot be one of several subscripts");
    ++count;
  }
  if (count == 0) error("expected a subscript between [ and ]");
  if (count > 1) emit(Op::tuple, count);
  if (!sliced) emit(Op::item);
}

bool Compiler::slice_or_item() {
  const auto none = [&] { emit(Op::constant, constant(Value::none())); };
  if (now().is_operator(":")) {
    none();
  } else {
    expression();
    if (!now().is_operator(":")) return false;
  }
  ++at_;
  for (int part = 0; part < 2; ++part) {
    if (now().is_operator(":") || now().is_operator("]") || now().is_operator(",")) {
      none();
    } else {
      expression();
    }
    if (part == 0) skip_operator(":");
  }
  emit(Op::slice);
  return true;
}

Compiler::CallShape Compiler::arguments() {
  const Nesting level(*this);
  CallShape shape;
  std::set<std::string> names;
  bool first = true;
  while (!skip_operator(")")) {
    if (!first) {
      expect_operator(",");
      if (skip_operator(")")) break;
    }
    first = false;
    const bool list_given = (shape.flags & Instruction::spread_list) != 0;
    const bool dict_given = (shape.flags & Instruction::spread_dict) != 0;
    if (skip_operator("*")) {
      if (list_given || dict_given || shape.keywords > 0) error("invalid syntax for function call expression");
      expression();
      shape.flags |= Instruction::spread_list;
    } else if (skip_operator("**")) {
      if (dict_given) error("invalid syntax for function call expression");
      expression();
      shape.flags |= Instruction::spread_dict;
    } else if (now().kind == TokenKind::name && ahead().is_operator("=")) {
      if (dict_given || shape.keywords == UINT16_MAX) error("invalid syntax for function call expression");
      if (!names.insert(now().text).second) error("keyword argument repeated: " + now().text);
      emit(Op::constant, text_constant(now().text));
      at_ += 2;
      expression();
      ++shape.keywords;
    } else {
      if (list_given || dict_given || shape.keywords > 0) error("invalid syntax for function call expression");
      expression();
      ++shape.positional;
    }
  }
  return shape;
}

void Compiler::emit_call(Op op, const CallShape& shape, std::int32_t a) {
  emit({.op = op, .flags = shape.flags, .keywords = shape.keywords, .a = a, .b = shape.positional});
}

void Compiler::emit_builtin(Op op, const Builtin* function, const CallShape& shape, const std::string& missing) {
  if (function) return emit_call(op, shape, builtin(function));
  unknowns_.push_back({missing, now().line});
  emit(Op::fail, text_constant(missing));
}

void Compiler::filters_and_tests() {
  for (;;) {
    if (now().is_operator("|")) {
      ++at_;
      filter();
    } else if (skip_name("is")) {
      test();
    } else if (skip_operator("(")) {
      emit_call(Op::call, arguments());
    } else {
      return;
    }
  }
}

void Compiler::filter() {
  std::string name = take_name();
  while (skip_operator(".")) name += "." + take_name();
  CallShape shape;
  if (skip_operator("(")) shape = arguments();
  ++shape.positional;
  emit_builtin(Op::filter, find_filter(name), shape, "No filter named '" + name + "'.");
}

void Compiler::test() {
  const bool negated = skip_name("not");
  std::string name = take_name();
  while (skip_operator(".")) name += "." + take_name();
  CallShape shape;
  const auto begins_argument = [&] {
    switch (now().kind) {
      case TokenKind::name:
        return !now().is_name("else") && !now().is_name("or") && !now().is_name("and");
      case TokenKind::text:
      case TokenKind::integer:
      case TokenKind::real:
        return true;
      default:
        return now().is_operator("[") || now().is_operator("{");
    }
  };
  if (skip_operator("(")) {
    shape = arguments();
  } else if (begins_argument()) {
    if (now().is_name("is")) error("You cannot chain multiple tests with is");
    primary();
    postfix();
    shape.positional = 1;
  }
  ++shape.positional;
  emit_builtin(Op::test, find_test(name), shape, "No test named '" + name + "'.");
  if (negated) emit(Op::not_);
}

}  // namespace gerbil::jinja
