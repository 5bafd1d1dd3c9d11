#include <algorithm>

#include "template/failure.hpp"
#include "template/operators.hpp"
#include "template/text.hpp"

namespace gerbil::jinja {
namespace {

// What the sandbox hides: names with an underscore in front, and methods that change their object.
// Reference: jinja2.sandbox, is_safe_attribute and modifies_known_mutable.
bool is_unsafe(Value object, std::string_view name) {
  constexpr std::string_view of_list[] = {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"};
  constexpr std::string_view of_dict[] = {"clear", "pop", "popitem", "setdefault", "update"};
  if (object.is(Kind::list)) return std::ranges::contains(of_list, name);
  if (object.is(Kind::dict)) return std::ranges::contains(of_dict, name);
  return false;
}

// Attributes that are not methods.
Value property(Context& context, Value object, std::string_view name) {
  Heap& heap = context.heap;
  switch (object.kind()) {
    case Kind::boolean:
    case Kind::integer:
      if (name == "real" || name == "numerator") return Value::integer(object.as_integer());
      if (name == "imag") return Value::integer(0);
      if (name == "denominator") return Value::integer(1);
      return {};
    case Kind::real:
      if (name == "real") return object;
      return name == "imag" ? Value::real(0.0) : Value();
    case Kind::range:
      if (name == "start") return Value::integer(object.sequence().range[0]);
      if (name == "stop") return Value::integer(object.sequence().range[1]);
      return name == "step" ? Value::integer(object.sequence().range[2]) : Value();
    case Kind::tuple:
      // What the filter groupby gives.
      if (object.sequence().type == "_GroupTuple" && name == "grouper") return object.sequence().items[0];
      return object.sequence().type == "_GroupTuple" && name == "list" ? object.sequence().items[1] : Value();
    case Kind::name_space: {
      const Value* found = find(object.name_space().attributes, name);
      return found ? *found : Value();
    }
    case Kind::macro: {
      const MacroCode& macro = *object.macro().code;
      if (name == "name") return macro.name.empty() ? Value::none() : heap.text(macro.name);
      if (name == "arguments") {
        Values names;
        for (const std::string_view parameter : macro.parameter_names)
          names.push_back(heap.text(std::string(parameter)));
        return heap.tuple(std::move(names));
      }
      if (name == "caller") return Value::boolean(macro.takes_caller);
      if (name == "catch_kwargs") return Value::boolean(macro.takes_keywords);
      if (name == "catch_varargs") return Value::boolean(macro.takes_rest);
      return {};
    }
    case Kind::loop:
      return loop_property(context, object.loop(), name);
    case Kind::cycler: {
      const Cycler& cycler = object.cycler();
      if (name == "items") return heap.tuple(cycler.items);
      if (name == "pos") return Value::integer(static_cast<std::int64_t>(cycler.position));
      return name == "current" ? cycler.items[cycler.position] : Value();
    }
    case Kind::joiner:
      if (name == "sep") return object.joiner().separator;
      return name == "used" ? Value::boolean(object.joiner().used) : Value();
    default:
      return {};
  }
}

// What getattr() finds.
Value find_attribute(Context& context, Value object, Value name) {
  if (const Value value = property(context, object, name.bytes()); value.given()) return value;
  const Builtin* method = find_method(object.kind(), name.bytes());
  return method ? Value(context.heap.make(Method{method, object})) : Value();
}

Value find_item(Context& context, Value object, Value key) {
  if (object.is(Kind::dict)) {
    context.heap.spend(static_cast<std::int64_t>(object.dict().items.size() / 16));
    const bool hashable = !key.is(Kind::list) && !key.is(Kind::dict);
    const Value* found = hashable ? find(object.dict(), key) : nullptr;
    return found ? *found : Value();
  }
  if (!key.is_integer()) return {};
  std::int64_t index = key.as_integer();
  if (object.is_text()) {
    const std::int64_t size = length(object.text());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return {};
    const std::string_view text = object.bytes();
    const bool ascii = size == static_cast<std::int64_t>(text.size());
    context.heap.spend(ascii ? 1 : index / 16);
    const std::size_t begin = ascii ? static_cast<std::size_t>(index) : byte_of(text, index);
    const std::size_t end = begin + byte_of(text.substr(begin), 1);
    return context.heap.text(std::string(text.substr(begin, end - begin)), object.text().markup);
  }
  if (object.is(Kind::list) || object.is(Kind::tuple) || object.is(Kind::range)) {
    const Values& items = object.sequence().items;
    if (index < 0) index += static_cast<std::int64_t>(items.size());
    if (index >= 0 && index < static_cast<std::int64_t>(items.size())) return items[static_cast<std::size_t>(index)];
  }
  return {};
}

}  // namespace

Value python_attribute(Context& context, Value object, Value name) {
  if (is_unsafe(object, name.bytes())) {
    return context.heap.undefined({.object = object, .name = name, .unsafe = true});
  }
  const Value value = find_attribute(context, object, name);
  return value.given() ? value : context.heap.undefined({.object = object, .name = name});
}

Value attribute(Context& context, Value object, Value name) {
  // Names like __class__ are attributes of everything in Python.
  const bool hides = object.is(Kind::undefined) && object.missing().unsafe;
  if (!hides && name.bytes().size() > 4 && name.bytes().starts_with("__") && name.bytes().ends_with("__")) {
    return context.heap.undefined({.object = object, .name = name, .unsafe = true});
  }
  require_defined(object);
  if (is_unsafe(object, name.bytes())) {
    return context.heap.undefined({.object = object, .name = name, .unsafe = true});
  }
  if (const Value value = find_attribute(context, object, name); value.given()) return value;
  if (const Value value = find_item(context, object, name); value.given()) return value;
  return context.heap.undefined({.object = object, .name = name});
}

Value item(Context& context, Value object, Value key) {
  require_defined(object);
  if (const Value value = find_item(context, object, key); value.given()) return value;
  if (key.is_text()) {
    if (is_unsafe(object, key.bytes())) {
      return context.heap.undefined({.object = object, .name = key, .unsafe = true});
    }
    if (const Value value = find_attribute(context, object, key); value.given()) return value;
  }
  return context.heap.undefined({.object = object, .name = key});
}

namespace {

struct Bounds {
  std::int64_t from;
  std::int64_t to;
  std::int64_t stride;
};

// Reference: PySlice_AdjustIndices.
Bounds slice_bounds(std::size_t size, Value start, Value stop, Value step) {
  const auto length = static_cast<std::int64_t>(size);
  const std::int64_t stride = to_index_or(step, 1);
  if (stride == 0) fail("slice step cannot be zero");
  const std::int64_t lowest = stride > 0 ? 0 : -1;
  const std::int64_t highest = stride > 0 ? length : length - 1;
  const auto bound = [&](Value value, std::int64_t fallback) {
    if (!value.given() || value.is(Kind::none)) return fallback;
    const std::int64_t index = to_index(value);
    return std::clamp(index < 0 ? index + length : index, lowest, highest);
  };
  return {bound(start, stride > 0 ? lowest : highest), bound(stop, stride > 0 ? highest : lowest), stride};
}

}  // namespace

std::vector<std::size_t> slice_indices(std::size_t size, Value start, Value stop, Value step) {
  const auto [from, to, stride] = slice_bounds(size, start, stop, step);
  std::vector<std::size_t> result;
  const auto inside = [&](std::int64_t i) { return stride > 0 ? i < to : i > to; };
  for (std::int64_t i = from; inside(i);) {
    result.push_back(static_cast<std::size_t>(i));
    if (__builtin_add_overflow(i, stride, &i)) break;
  }
  return result;
}

Value slice(Context& context, Value object, Value start, Value stop, Value step) {
  require_defined(object);
  if (object.is_text()) {
    const std::string_view text = object.bytes();
    const auto size = static_cast<std::size_t>(length(object.text()));
    const auto indices = slice_indices(size, start, stop, step);
    context.heap.spend(static_cast<std::int64_t>(text.size() / 16));
    std::string result;
    if (size == text.size()) {
      for (const std::size_t i : indices) result += text[i];
    } else {
      const auto all = characters(text);
      for (const std::size_t i : indices) result += all[i];
    }
    return context.heap.text(std::move(result), object.text().markup);
  }
  if (object.is(Kind::list) || object.is(Kind::tuple) || object.is(Kind::range)) {
    Values result;
    for (const std::size_t i : slice_indices(object.sequence().items.size(), start, stop, step)) {
      result.push_back(object.sequence().items[i]);
    }
    const Value sliced = context.heap.sequence(object.kind(), std::move(result), type_name(object));
    if (object.is(Kind::range)) {
      const Bounds bounds = slice_bounds(object.sequence().items.size(), start, stop, step);
      const auto& [first, last, stride] = object.sequence().range;
      const auto at = [&](std::int64_t index) { return checked_add(first, checked_multiply(index, stride)); };
      const std::int64_t parts[] = {at(bounds.from), at(bounds.to), checked_multiply(stride, bounds.stride)};
      std::ranges::copy(parts, sliced.sequence().range);
    }
    return sliced;
  }
  fail("'" + std::string(type_name(object)) + "' object cannot be sliced");
}

}  // namespace gerbil::jinja
