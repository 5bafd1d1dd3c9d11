// Methods of everything but str: of lists, dictionaries and numbers, and of Jinja's own objects.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <format>

#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "template/operators.hpp"

namespace gerbil::jinja {

const Builtin* find_text_method(std::string_view name);  // methods_text.cpp

namespace {

Value dict_get(Context& context, const Arguments& arguments) {
  if (!arguments.keywords.empty()) fail("dict.get() takes no keyword arguments");
  const auto [dict, key, fallback] = bind("get", arguments, {"self", "key", "default"}, 2);
  context.heap.spend(static_cast<std::int64_t>(dict.dict().items.size() / 16));
  const Value* found = find(dict.dict(), key);
  return found ? *found : fallback.given() ? fallback : Value::none();
}

Value dict_items(Context& context, const Arguments& arguments) {
  Values items;
  for (const auto& [key, value] : only_subject("items", arguments).dict().items) {
    items.push_back(context.heap.tuple({key, value}));
  }
  return context.heap.sequence(Kind::view, std::move(items), "dict_items");
}

Value dict_keys(Context& context, const Arguments& arguments) {
  return context.heap.sequence(Kind::view, items_of(context, only_subject("keys", arguments)), "dict_keys");
}

Value dict_values(Context& context, const Arguments& arguments) {
  Values items;
  for (const auto& item : only_subject("values", arguments).dict().items) items.push_back(item.second);
  return context.heap.sequence(Kind::view, std::move(items), "dict_values");
}

Value dict_copy(Context& context, const Arguments& arguments) {
  return context.heap.dict(only_subject("copy", arguments).dict());
}

Value list_copy(Context& context, const Arguments& arguments) {
  return context.heap.list(only_subject("copy", arguments).sequence().items);
}

Value sequence_count(Context& context, const Arguments& arguments) {
  const auto [list, wanted] = bind("count", arguments, {"self", "value"}, 2);
  std::int64_t result = 0;
  for (const Value item : items_of(context, list)) result += equal(item, wanted) ? 1 : 0;
  return Value::integer(result);
}

Value sequence_index(Context& context, const Arguments& arguments) {
  const auto [list, wanted, start, stop] = bind("index", arguments, {"self", "value", "start", "stop"}, 2);
  const Values items = items_of(context, list);
  for (const std::size_t i : slice_indices(items.size(), start, stop, Value())) {
    if (equal(items[i], wanted)) return Value::integer(static_cast<std::int64_t>(i));
  }
  fail("the value is not in the " + std::string(type_name(list)));
}

Value bit_length(Context&, const Arguments& arguments) {
  const std::int64_t value = only_subject("bit_length", arguments).as_integer();
  const auto magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  return Value::integer(std::bit_width(magnitude));
}

Value bit_count(Context&, const Arguments& arguments) {
  const std::int64_t value = only_subject("bit_count", arguments).as_integer();
  return Value::integer(
      std::popcount(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value)));
}

// A number as a fraction in lowest terms.
Value as_integer_ratio(Context& context, const Arguments& arguments) {
  const Value value = only_subject("as_integer_ratio", arguments);
  if (value.is_integer()) return context.heap.tuple({Value::integer(value.as_integer()), Value::integer(1)});
  if (!std::isfinite(value.as_real())) fail("cannot convert Infinity or NaN to integer ratio");
  int exponent = 0;
  double fraction = std::frexp(value.as_real(), &exponent);
  for (; fraction != std::trunc(fraction); --exponent) fraction *= 2;
  std::int64_t numerator = static_cast<std::int64_t>(fraction);
  if (exponent < -62) fail("the result is too large: whole numbers have 64 bits");
  for (; exponent > 0; --exponent) numerator = checked_multiply(numerator, 2);
  return context.heap.tuple({Value::integer(numerator), Value::integer(std::int64_t{1} << -exponent)});
}

// float.hex: 53 bits of mantissa, one of them before the point.
Value hex(Context& context, const Arguments& arguments) {
  const double value = only_subject("hex", arguments).as_real();
  if (!std::isfinite(value)) return context.heap.text(std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
  const std::string sign = std::signbit(value) ? "-0x" : "0x";
  if (value == 0.0) return context.heap.text(sign + "0.0p+0");
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const int biased = static_cast<int>((bits >> 52) & 0x7FF);
  return context.heap.text(sign + std::format("{}.{:013x}p{:+}", biased == 0 ? 0 : 1, bits & ((1ull << 52) - 1),
                                              std::max(biased, 1) - 1023));
}

Value is_whole(Context&, const Arguments& arguments) {
  const double value = only_subject("is_integer", arguments).as_real();
  return Value::boolean(std::isfinite(value) && std::trunc(value) == value);
}

Value conjugate(Context&, const Arguments& arguments) { return positive(only_subject("conjugate", arguments)); }

// loop.cycle(a, b, …): the one whose turn it is.
Value loop_cycle(Context&, const Arguments& arguments) {
  const auto choices = arguments.positional.subspan(1);
  if (choices.empty()) fail("no items for cycling given");
  return choices[static_cast<std::size_t>(std::max<std::int64_t>(arguments.subject().loop().index, 0)) %
                 choices.size()];
}

// loop.changed(…): whether the arguments differ from those of the last call.
Value loop_changed(Context& context, const Arguments& arguments) {
  Loop& loop = arguments.subject().loop();
  const auto values = arguments.positional.subspan(1);
  context.heap.spend(static_cast<std::int64_t>(values.size()));
  const bool same = loop.changed_called && std::ranges::equal(loop.changed, values, equal);
  loop.changed.assign(values.begin(), values.end());
  loop.changed_called = true;
  return Value::boolean(!same);
}

Value cycler_next(Context&, const Arguments& arguments) {
  Cycler& cycler = only_subject("next", arguments).cycler();
  const Value result = cycler.items[cycler.position];
  cycler.position = (cycler.position + 1) % cycler.items.size();
  return result;
}

Value cycler_reset(Context&, const Arguments& arguments) {
  only_subject("reset", arguments).cycler().position = 0;
  return Value::none();
}

Value dict_fromkeys(Context& context, const Arguments& arguments) {
  const auto [self, keys, value] = bind("fromkeys", arguments, {"self", "iterable", "value"}, 2);
  Dict result;
  for (const Value key : items_of(context, keys))
    insert(context.heap, result, key, value.given() ? value : Value::none());
  return context.heap.dict(std::move(result));
}

constexpr std::array<Builtin, 6> of_dict = {{{"copy", dict_copy},
                                             {"fromkeys", dict_fromkeys},
                                             {"get", dict_get},
                                             {"items", dict_items},
                                             {"keys", dict_keys},
                                             {"values", dict_values}}};
constexpr std::array<Builtin, 3> of_list = {
    {{"copy", list_copy}, {"count", sequence_count}, {"index", sequence_index}}};
constexpr std::array<Builtin, 2> of_tuple = {{{"count", sequence_count}, {"index", sequence_index}}};
constexpr std::array<Builtin, 5> of_integer = {{{"as_integer_ratio", as_integer_ratio},
                                                {"bit_count", bit_count},
                                                {"bit_length", bit_length},
                                                {"conjugate", conjugate},
                                                {"is_integer", is_whole}}};
constexpr std::array<Builtin, 4> of_real = {
    {{"as_integer_ratio", as_integer_ratio}, {"conjugate", conjugate}, {"hex", hex}, {"is_integer", is_whole}}};
constexpr std::array<Builtin, 2> of_loop = {{{"changed", loop_changed}, {"cycle", loop_cycle}}};
constexpr std::array<Builtin, 2> of_cycler = {{{"next", cycler_next}, {"reset", cycler_reset}}};

}  // namespace

const Builtin* find_method(Kind kind, std::string_view name) {
  switch (kind) {
    case Kind::text:
      return find_text_method(name);
    case Kind::dict:
      return find_in(of_dict, name);
    case Kind::list:
      return find_in(of_list, name);
    case Kind::tuple:
    case Kind::range:
      return find_in(of_tuple, name);
    case Kind::boolean:
    case Kind::integer:
      return find_in(of_integer, name);
    case Kind::real:
      return find_in(of_real, name);
    case Kind::loop:
      return find_in(of_loop, name);
    case Kind::cycler:
      return find_in(of_cycler, name);
    default:
      return nullptr;
  }
}

}  // namespace gerbil::jinja
