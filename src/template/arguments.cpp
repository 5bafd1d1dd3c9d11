#include <algorithm>

#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "template/text.hpp"

namespace gerbil::jinja {

void bind(std::string_view function, const Arguments& arguments, std::span<const std::string_view> names,
          std::span<Value> values, std::size_t required) {
  if (arguments.positional.size() > names.size()) {
    fail(std::string(function) + "() takes at most " + std::to_string(names.size()) + " arguments (" +
         std::to_string(arguments.positional.size()) + " given)");
  }
  std::ranges::copy(arguments.positional, values.begin());
  for (const auto& [name, value] : arguments.keywords) {
    const auto at = std::ranges::find(names, name.bytes());
    if (at == names.end()) {
      fail(std::string(function) + "() got an unexpected keyword argument '" + std::string(name.bytes()) + "'");
    }
    Value& slot = values[static_cast<std::size_t>(at - names.begin())];
    if (slot.given()) {
      fail(std::string(function) + "() got multiple values for argument '" + std::string(name.bytes()) + "'");
    }
    slot = value;
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (!values[i].given()) {
      fail(std::string(function) + "() missing a required argument: '" + std::string(names[i]) + "'");
    }
  }
}

Value only_subject(std::string_view function, const Arguments& arguments) {
  return bind(function, arguments, {"value"}, 1)[0];
}

std::int64_t to_index(Value value) {
  if (value.is_integer()) return value.as_integer();
  require_defined(value);
  fail("'" + std::string(type_name(value)) + "' object cannot be interpreted as an integer");
}

std::int64_t to_index_or(Value value, std::int64_t fallback) {
  return !value.given() || value.is(Kind::none) ? fallback : to_index(value);
}

std::string_view to_text(Value value, std::string_view what) {
  if (value.is_text()) return value.bytes();
  require_defined(value);
  fail(std::string(what) + " must be str, not " + std::string(type_name(value)));
}

Values items_of(Heap& heap, Value value) {
  Values result;
  switch (value.kind()) {
    case Kind::undefined:
      return result;
    case Kind::text:
      heap.spend(static_cast<std::int64_t>(value.bytes().size()));
      for (const std::string_view character : characters(value.bytes()))
        result.push_back(heap.text(std::string(character)));
      return result;
    case Kind::dict:
      for (const auto& [key, item] : value.dict().items) result.push_back(key);
      break;
    case Kind::generator: {
      Sequence& generator = value.sequence();
      result.assign(generator.items.begin() + static_cast<std::ptrdiff_t>(generator.consumed), generator.items.end());
      generator.consumed = generator.items.size();
      break;
    }
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      result = value.sequence().items;
      break;
    case Kind::loop:
      result.assign(value.loop().items.begin() + static_cast<std::ptrdiff_t>(value.loop().index) + 1,
                    value.loop().items.end());
      break;
    default:
      fail("'" + std::string(type_name(value)) + "' object is not iterable");
  }
  heap.spend(static_cast<std::int64_t>(result.size()));
  return result;
}

std::int64_t length_of(Value value) {
  switch (value.kind()) {
    case Kind::undefined:
      return 0;
    case Kind::text:
      return length(value.text());
    case Kind::dict:
      return static_cast<std::int64_t>(value.dict().items.size());
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      return static_cast<std::int64_t>(value.sequence().items.size());
    case Kind::loop:
      return static_cast<std::int64_t>(value.loop().items.size());
    default:
      fail("object of type '" + std::string(type_name(value)) + "' has no len()");
  }
}

}  // namespace gerbil::jinja
