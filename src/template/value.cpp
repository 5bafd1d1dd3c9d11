#include "template/value.hpp"

#include <algorithm>
#include <cmath>
#include <compare>

#include "template/failure.hpp"
#include "template/print.hpp"

namespace gerbil::jinja {
namespace {

// Compares an integer with a real as exactly as Python does: doubles of 2^53 and more are whole numbers.
std::partial_ordering order(std::int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= 0x1p63) return std::partial_ordering::less;
  if (b < -0x1p63) return std::partial_ordering::greater;
  const auto whole = static_cast<std::int64_t>(b);
  if (a != whole) return a <=> whole;
  return 0.0 <=> (b - std::trunc(b));
}

std::partial_ordering order_numbers(Value a, Value b) {
  if (a.is_integer() && b.is_integer()) return a.as_integer() <=> b.as_integer();
  if (a.is_integer()) return order(a.as_integer(), b.as_real());
  if (b.is_integer()) {
    const std::partial_ordering reversed = order(b.as_integer(), a.as_real());
    return std::is_lt(reversed)   ? std::partial_ordering::greater
           : std::is_gt(reversed) ? std::partial_ordering::less
                                  : reversed;
  }
  return a.as_real() <=> b.as_real();
}

bool equal_dicts(const Dict& a, const Dict& b) {
  return a.items.size() == b.items.size() && std::ranges::all_of(a.items, [&](const auto& item) {
           const Value* other = find(b, item.first);
           return other && equal(item.second, *other);
         });
}

bool hashable(Value value) {
  if (value.is(Kind::tuple)) return std::ranges::all_of(value.sequence().items, hashable);
  return !value.is(Kind::list) && !value.is(Kind::dict);
}

}  // namespace

std::string_view type_name(Value value) {
  switch (value.kind()) {
    case Kind::absent:
    case Kind::undefined:
      return "Undefined";
    case Kind::none:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::real:
      return "float";
    case Kind::text:
      return value.text().markup ? "Markup" : "str";
    case Kind::generator:
      return value.generator().type;
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      return value.sequence().type;
    case Kind::dict:
      return "dict";
    case Kind::builtin:
      return "function";
    case Kind::method:
      return "builtin_function_or_method";
    case Kind::macro:
      return "Macro";
    case Kind::loop:
      return "LoopContext";
    case Kind::name_space:
      return "Namespace";
    case Kind::cycler:
      return "Cycler";
    case Kind::joiner:
      return "Joiner";
    case Kind::self:
      return "TemplateReference";
  }
  return "";
}

std::string undefined_sentence(const Missing& missing) {
  if (!missing.sentence.empty()) return std::string(missing.sentence);
  const std::string name = missing.name.is_text() ? std::string(missing.name.bytes()) : std::string();
  if (missing.unsafe) {
    return "access to attribute '" + name + "' of '" + std::string(type_name(missing.object)) + "' object is unsafe.";
  }
  if (!missing.object.given()) return "'" + name + "' is undefined";
  if (missing.object.is(Kind::undefined)) return undefined_sentence(missing.object.missing());
  std::string object = missing.object.is(Kind::none) ? "None" : std::string(type_name(missing.object)) + " object";
  if (missing.name.is_text()) return "'" + object + "' has no attribute '" + name + "'";
  return object + " has no element " + repr(missing.name);
}

void require_defined(Value value) {
  if (value.is(Kind::undefined)) fail(undefined_sentence(value.missing()));
}

bool truth(Value value) {
  switch (value.kind()) {
    case Kind::absent:
    case Kind::undefined:
    case Kind::none:
      return false;
    case Kind::boolean:
    case Kind::integer:
      return value.as_integer() != 0;
    case Kind::real:
      return value.as_real() != 0.0;
    case Kind::text:
      return !value.bytes().empty();
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      return !value.sequence().items.empty();
    case Kind::dict:
      return !value.dict().items.empty();
    default:
      return true;
  }
}

std::int64_t length(const Text& text) {
  if (text.length < 0) {
    text.length = std::ranges::count_if(text.bytes, [](char byte) { return (byte & 0xC0) != 0x80; });
  }
  return text.length;
}

Extent extent_of(Value value) {
  if (value.is_sequence()) return value.sequence().extent;
  return value.is(Kind::dict) ? value.dict().extent : Extent{};
}

bool equal(Value a, Value b) {
  if (identical(a, b) && !a.is(Kind::real)) return true;
  if (a.is_number() && b.is_number()) return std::is_eq(order_numbers(a, b));
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::text:
      return a.bytes() == b.bytes();
    case Kind::list:
    case Kind::tuple:
    case Kind::range:
      return std::ranges::equal(a.sequence().items, b.sequence().items, equal);
    case Kind::dict:
      return equal_dicts(a.dict(), b.dict());
    case Kind::view:
      return identical(a, b) || (a.sequence().type != "dict_values" && a.sequence().type == b.sequence().type &&
                                 std::ranges::is_permutation(a.sequence().items, b.sequence().items, equal));
    case Kind::undefined:
      return true;
    case Kind::method:
      return a.method().builtin == b.method().builtin && equal(a.method().self, b.method().self);
    default:
      return identical(a, b);
  }
}

int compare(Value a, Value b, std::string_view sign) {
  if (a.is_number() && b.is_number()) {
    const std::partial_ordering order = order_numbers(a, b);
    return std::is_lt(order) ? -1 : std::is_gt(order) ? 1 : 0;
  }
  if (a.is_text() && b.is_text()) return a.bytes().compare(b.bytes());  // UTF-8 is ordered as its code points are
  if (a.kind() == b.kind() && (a.is(Kind::list) || a.is(Kind::tuple))) {
    const Values& x = a.sequence().items;
    const Values& y = b.sequence().items;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (!equal(x[i], y[i])) return compare(x[i], y[i], sign);
    }
    return x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0;
  }
  require_defined(a);
  require_defined(b);
  fail("'" + std::string(sign) + "' not supported between instances of '" + std::string(type_name(a)) + "' and '" +
       std::string(type_name(b)) + "'");
}

const Value* find(const Dict& dict, Value key) {
  if (!hashable(key)) fail("unhashable type: '" + std::string(type_name(key)) + "'");
  for (const auto& [name, value] : dict.items) {
    if (equal(name, key)) return &value;
  }
  return nullptr;
}

const Value* find(const Dict& dict, std::string_view key) {
  for (const auto& [name, value] : dict.items) {
    if (name.is_text() && name.bytes() == key) return &value;
  }
  return nullptr;
}

}  // namespace gerbil::jinja
