#include <algorithm>

#include "template/builtin.hpp"
#include "template/failure.hpp"

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

}  // namespace gerbil::jinja
