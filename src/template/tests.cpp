// What may stand behind `is`. Reference: the Jinja 3.1 documentation, "List of Builtin Tests"; jinja2.tests.
#include <array>

#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"

namespace gerbil::jinja {
namespace {

template <Kind... kinds>
Value is_kind(Context&, const Arguments& arguments) {
  const Value value = only_subject("test", arguments);
  return Value::boolean((value.is(kinds) || ...));
}

template <bool wanted>
Value is_boolean_value(Context&, const Arguments& arguments) {
  const Value value = only_subject("test", arguments);
  return Value::boolean(value.is(Kind::boolean) && value.as_boolean() == wanted);
}

template <Comparison comparison>
Value compares(Context& context, const Arguments& arguments) {
  const auto [value, other] = bind("test", arguments, {"value", "other"}, 2);
  return Value::boolean(apply(context, comparison, value, other));
}

Value is_defined(Context&, const Arguments& arguments) {
  return Value::boolean(!only_subject("defined", arguments).is(Kind::undefined));
}

Value divisible(Context& context, const Arguments& arguments) {
  const auto [value, number] = bind("divisibleby", arguments, {"value", "num"}, 2);
  return Value::boolean(equal(apply(context, Binary::modulo, value, number), Value::integer(0)));
}

template <int rest>
Value parity(Context& context, const Arguments& arguments) {
  const Value value = only_subject("test", arguments);
  return Value::boolean(equal(apply(context, Binary::modulo, value, Value::integer(2)), Value::integer(rest)));
}

Value is_escaped(Context&, const Arguments& arguments) {
  const Value value = only_subject("escaped", arguments);
  return Value::boolean(value.is_text() && value.text().markup);
}

template <const Builtin* (*find)(std::string_view)>
Value names(Context&, const Arguments& arguments) {
  const Value name = only_subject("test", arguments);
  return Value::boolean(name.is_text() && find(name.bytes()) != nullptr);
}

Value is_iterable(Context&, const Arguments& arguments) {
  const Value value = only_subject("iterable", arguments);
  return Value::boolean(value.is_text() || value.is_sequence() || value.is(Kind::dict) || value.is(Kind::undefined) ||
                        value.is(Kind::generator) || value.is(Kind::loop));
}

template <bool wanted>
Value has_case(Context& context, const Arguments& arguments) {
  const Value text[] = {context.heap.text(str(only_subject("test", arguments)))};
  return find_method(Kind::text, wanted ? "isupper" : "islower")->call(context, {text, {}});
}

Value same_as(Context&, const Arguments& arguments) {
  const auto [value, other] = bind("sameas", arguments, {"value", "other"}, 2);
  return Value::boolean(identical(value, other) && !value.is(Kind::undefined));
}

constexpr auto is_equal = compares<Comparison::equal>;
constexpr auto is_unequal = compares<Comparison::unequal>;
constexpr auto is_less = compares<Comparison::less>;
constexpr auto is_less_equal = compares<Comparison::less_equal>;
constexpr auto is_greater = compares<Comparison::greater>;
constexpr auto is_greater_equal = compares<Comparison::greater_equal>;

constexpr std::array<Builtin, 39> table = {{
    {"!=", is_unequal},
    {"<", is_less},
    {"<=", is_less_equal},
    {"==", is_equal},
    {">", is_greater},
    {">=", is_greater_equal},
    {"boolean", is_kind<Kind::boolean>},
    {"callable", is_kind<Kind::builtin, Kind::method, Kind::macro, Kind::loop, Kind::joiner, Kind::undefined>},
    {"defined", is_defined},
    {"divisibleby", divisible},
    {"eq", is_equal},
    {"equalto", is_equal},
    {"escaped", is_escaped},
    {"even", parity<0>},
    {"false", is_boolean_value<false>},
    {"filter", names<find_filter>},
    {"float", is_kind<Kind::real>},
    {"ge", is_greater_equal},
    {"greaterthan", is_greater},
    {"gt", is_greater},
    {"in", compares<Comparison::in>},
    {"integer", is_kind<Kind::integer>},
    {"iterable", is_iterable},
    {"le", is_less_equal},
    {"lessthan", is_less},
    {"lower", has_case<false>},
    {"lt", is_less},
    {"mapping", is_kind<Kind::dict>},
    {"ne", is_unequal},
    {"none", is_kind<Kind::none>},
    {"number", is_kind<Kind::boolean, Kind::integer, Kind::real>},
    {"odd", parity<1>},
    {"sameas", same_as},
    {"sequence", is_kind<Kind::text, Kind::list, Kind::tuple, Kind::range, Kind::dict, Kind::undefined>},
    {"string", is_kind<Kind::text>},
    {"test", names<find_test>},
    {"true", is_boolean_value<true>},
    {"undefined", is_kind<Kind::undefined>},
    {"upper", has_case<true>},
}};

}  // namespace

const Builtin* find_test(std::string_view name) { return find_in(table, name); }

}  // namespace gerbil::jinja
