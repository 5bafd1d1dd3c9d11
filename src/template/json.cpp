#include "template/json.hpp"

#include "template/failure.hpp"

namespace gerbil::jinja {

Value from_json(Heap& heap, const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value::boolean(json.get<bool>());
    case Json::value_t::number_integer:
      return Value::integer(json.get<std::int64_t>());
    case Json::value_t::number_unsigned: {
      const auto value = json.get<std::uint64_t>();
      if (value > INT64_MAX) fail("the number " + std::to_string(value) + " is too large: whole numbers have 64 bits");
      return Value::integer(static_cast<std::int64_t>(value));
    }
    case Json::value_t::number_float:
      return Value::real(json.get<double>());
    case Json::value_t::string:
      return heap.text(json.get_ref<const std::string&>());
    case Json::value_t::array: {
      Values items;
      items.reserve(json.size());
      for (const Json& item : json) items.push_back(from_json(heap, item));
      return heap.list(std::move(items));
    }
    case Json::value_t::object: {
      Dict dict;
      dict.items.reserve(json.size());
      for (const auto& [key, value] : json.items()) dict.items.emplace_back(heap.text(key), from_json(heap, value));
      return heap.dict(std::move(dict));
    }
    default:
      return Value::none();
  }
}

}  // namespace gerbil::jinja
