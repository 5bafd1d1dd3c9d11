// JSON schemas from C++.
//
//   namespace s = gerbil::schema;
//   const auto person = s::object({{"name", s::text()},
//                                  {"age", s::integer(0, 150)},
//                                  {"pets", s::list(s::one_of({"cat", "dog"}), 0, 3).optional()}});
//   std::string json = generator.generate_object(messages, person);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gerbil/grammar.hpp"

namespace gerbil::schema {

// What a value of JSON is like.
class Value {
 public:
  Value optional() const;                                     // as a property: it may be missing
  Value or_null() const;                                      // null is one, too
  Value described(const std::string& what_it_is) const;       // for people, and for prompts that show the schema
  const std::string& json() const noexcept { return json_; }  // as JSON Schema
  operator JsonSchema() const { return {json_}; }             // NOLINT(google-explicit-constructor): it is one

 private:
  friend Value make(std::string json);
  friend Value object(const std::vector<std::pair<std::string, Value>>& properties);
  std::string json_;
  bool optional_ = false;
};

Value text();
Value text(std::uint32_t least, std::uint32_t most);  // characters
Value matching(const std::string& pattern);           // text that the pattern matches as a whole
Value one_of(const std::vector<std::string>& texts);
Value integer();
Value integer(std::int64_t least, std::int64_t most);
Value number();
Value boolean();
Value list(const Value& of, std::uint32_t least = 0, std::optional<std::uint32_t> most = std::nullopt);
// With these properties, in this order, and no others.
Value object(const std::vector<std::pair<std::string, Value>>& properties);
Value any_of(const std::vector<Value>& values);

}  // namespace gerbil::schema
