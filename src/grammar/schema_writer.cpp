#include "grammar/schema_writer.hpp"

#include "grammar/code_points.hpp"
#include "grammar/schema.hpp"
#include "grammar/schema_check.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::uint32_t fraction_digits = 16;
constexpr std::uint32_t double_digits = 15;
constexpr std::uint32_t indentation = 20;
constexpr std::size_t most_in_any_order = 256;  // properties of a value, counted over its alternatives

ByteSet digit_bytes() {
  ByteSet digits;
  for (char digit = '0'; digit <= '9'; ++digit) digits.set(static_cast<std::uint8_t>(digit));
  return digits;
}

}  // namespace

Productions parse_schema(const Json& schema, const Limits& limits, Order order) {
  const SchemaDocument document(schema);
  return SchemaWriter(document, limits).write([order](Grammar&, const Json& root, const auto& value) {
    return value(root, order).value;
  });
}

Productions parse_schemas(const Json& schemas, const Limits& limits, const Frame& frame) {
  const SchemaDocument document(schemas, true);
  return SchemaWriter(document, limits).write(frame);
}

Productions parse_schema_text(std::string_view text, const Limits& limits, Order order) {
  if (text.size() > limits.text_bytes) exceed(limits.text_bytes, "bytes of a schema", "make it shorter");
  try {
    return parse_schema(parse_strict_json(text, "the schema"), limits, order);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::corrupt) throw;
    throw Error(ErrorCode::invalid_argument, error.what());
  }
}

Productions SchemaWriter::write(const Frame& frame) {
  const std::uint32_t root = frame(grammar_, document_.root(), [&](const Json& schema, Order order) {
    order_ = order;
    return value({Place{&schema}});
  });
  while (!todo_.empty()) {
    const auto [rule, places, order] = std::move(todo_.back());
    todo_.pop_back();
    order_ = order;
    write_value(rule, places);
  }
  return grammar_.finish(root);
}

Symbol SchemaWriter::value(const Conjunction& places) {
  const auto [at, fresh] = rules_.try_emplace(places, 0);
  if (fresh) {
    at->second = grammar_.add_rule();
    todo_.emplace_back(at->second, places, order_);
  }
  return rule(at->second);
}

void SchemaWriter::write_value(std::uint32_t made, const Conjunction& places) {
  std::vector<Expression> simple;
  const Shapes shapes = expander_.expand(places);
  std::size_t properties = 0;
  for (const Shape& shape : shapes) properties += shape.types & object && !shape.values ? names(shape).size() : 0;
  for (const Shape& shape : shapes) {
    if (shape.values) {
      write_listed(made, shape, places);
      continue;
    }
    simple.push_back(scalars(shape));
    if (shape.types & array) write_array(made, shape);
    if (shape.types & object) write_object(made, shape, order_ == Order::declared || properties > most_in_any_order);
  }
  const Expression all = grammar_.expressions().either(std::move(simple));
  if (all != nothing) grammar_.add(made, {lexeme(all)});
}

void SchemaWriter::write_listed(std::uint32_t made, const Shape& shape, const Conjunction& places) {
  std::vector<std::string> kept;
  std::vector<Expression> structured;
  const ValueSet excluded(shape.excluded);
  for (const Json& value : *shape.values) {
    const auto fits = [&](const Place& place) { return satisfies(value, place, texts_, document_); };
    if (excluded.contains(value) || !std::ranges::all_of(places, fits)) continue;
    if (value.is_structured()) {
      structured.push_back(constant(value));
    } else {
      kept.push_back(value.dump());
    }
  }
  structured.push_back(grammar_.expressions().literals(std::move(kept)));
  const Expression all = grammar_.expressions().either(std::move(structured));
  if (all != nothing) grammar_.add(made, {lexeme(all)});
}

// The value as it is written, with any white space.
Expression SchemaWriter::constant(const Json& value) {
  if (!value.is_structured()) return text(value.dump());
  std::vector<Expression> parts = {text(value.is_array() ? "[" : "{"), space()};
  bool first = true;
  for (const auto& [name, each] : value.items()) {
    if (!std::exchange(first, false)) parts.insert(parts.end(), {text(","), space()});
    if (value.is_object()) parts.insert(parts.end(), {text(Json(name).dump()), text(":"), space()});
    parts.push_back(constant(each));
  }
  parts.insert(parts.end(), {space(), text(value.is_array() ? "]" : "}")});
  return grammar_.expressions().sequence(parts);
}

Expression SchemaWriter::space() {
  Expressions& make = grammar_.expressions();
  const Expression line =
      make.concatenation(text("\n"), make.repetition(make.either({text(" "), text("\t")}), 0, indentation));
  return make.either({empty, text(" "), line});
}

Expression SchemaWriter::scalars(const Shape& shape) {
  std::vector<Expression> parts;
  const auto constant = [&](const Json& value) {
    const auto same = [&](const Json& each) { return equal(each, value); };
    if (std::ranges::none_of(shape.excluded, same)) parts.push_back(text(value.dump()));
  };
  if (shape.types & null_type) constant(nullptr);
  if (shape.types & boolean) constant(true), constant(false);
  if (shape.types & (whole | fractional)) parts.push_back(numbers(shape));
  if (shape.types & string) parts.push_back(strings(shape));
  return grammar_.expressions().either(std::move(parts));
}

Expression SchemaWriter::numbers(const Shape& shape) {
  Expressions& make = grammar_.expressions();
  std::vector<Expression> all = {shape.number};
  for (const Json& value : shape.excluded) {
    if (!value.is_number()) continue;
    const Decimal bound = parse_decimal(value.dump());
    all.push_back(
        make.either({compared(make, Comparison::less_than, bound), compared(make, Comparison::more_than, bound)}));
  }
  const bool any = all.size() == 1 && shape.number == anything;
  const Expression wholes = integer(make, shape.digits);
  // A double holds 15 digits: with more of them 0.99999999999999999 would be read as 1.
  ByteSet digit_or_point = digit_bytes().set('.');
  const Expression few = make.repetition(make.bytes(digit_or_point), 1, double_digits + 1);
  const Expression decimals =
      make.either({wholes, make.both({decimal(make, shape.digits, double_digits),
                                      make.concatenation(make.repetition(text("-"), 0, 1), few)})});
  if (!(shape.types & fractional)) {
    all.push_back(wholes);
  } else if (!(shape.types & whole)) {
    const Expression zeros =
        make.repetition(make.concatenation(text("."), make.repetition(text("0"), 1, unbounded)), 0, 1);
    all.push_back(make.both({decimals, make.complement(make.concatenation(wholes, zeros))}));
  } else if (any) {
    const Expression exponent =
        make.sequence({make.either({text("e"), text("E")}), make.repetition(make.either({text("+"), text("-")}), 0, 1),
                       make.repetition(make.bytes(digit_bytes()), 1, 2)});
    all.push_back(make.concatenation(decimal(make, shape.digits, fraction_digits), make.repetition(exponent, 0, 1)));
  } else {
    all.push_back(decimals);
  }
  return make.both(std::move(all));
}

Expression SchemaWriter::strings(const Shape& shape) {
  Expressions& make = grammar_.expressions();
  std::vector<Expression> all = {shape.text == anything ? any_text(make, Spelling::json) : shape.text};
  for (const Json& value : shape.excluded) {
    if (value.is_string()) all.push_back(make.complement(spell(make, value.get<std::string>(), Spelling::json)));
  }
  return make.sequence({text("\""), make.both(std::move(all)), text("\"")});
}

}  // namespace gerbil::grammar
