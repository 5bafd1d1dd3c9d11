// Bodies of requests as JSON, and what is read of them apart from what the codec reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace gerbil::server {

// The object that a body holds. Throws ApiError 400 for what is no JSON, no object, or too deep, for a key that an
// object has twice, and for whole numbers of more than 64 bits.
Json parse_body(std::string_view body);

// On one line; bytes that are not UTF-8 become U+FFFD.
inline std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// The object with a last member more, whose JSON is spliced in as it is.
std::string text_with(const Json& object, std::string_view name, std::string_view json);

// The parameters of a request. Each is asked for by its name; null is the same as none. Throws ApiError 400, which
// names the parameter.
class Parameters {
 public:
  explicit Parameters(const Json& object) : object_(object) {}

  // Null when there is none.
  const Json* find(std::string_view name);
  bool flag(std::string_view name, bool otherwise);
  std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t low, std::int64_t high);
  std::string text(std::string_view name);  // "" without one
  // Those of `names` that are there, into `target`.
  void copy(std::initializer_list<std::string_view> names, Json& target);
  // Of those that nobody asked for.
  std::vector<std::string> unknown() const;

 private:
  const Json& object_;
  std::vector<std::string_view> known_;
};

// Throws ApiError 400: "input[3]" is true, but should be `expected`.
[[noreturn]] void refuse(const std::string& name, const Json& value, std::string_view expected);
// A member of an object that must be there and be a text.
std::string text_member(const Json& object, const std::string& name, const char* member);
std::int64_t whole_number(const std::string& name, const Json& value, std::int64_t low, std::int64_t high);
// A list of token ids of at most `most`.
std::vector<std::int32_t> token_ids(const std::string& name, const Json& value, std::size_t most);

}  // namespace gerbil::server
