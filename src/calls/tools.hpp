// The tools that a request describes: which there are, and what their arguments may be.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace gerbil::calls {

// Sets of JSON's types.
enum Types : unsigned {
  null_value = 1,
  boolean_value = 2,
  number_value = 4,
  text_value = 8,
  list_value = 16,
  object_value = 32,
  any_value = 63,
};

unsigned type_of(const Json& value);

// What values of a schema may be, as far as `type`, `enum`, `const` and what combines schemas say it: `any_value` where
// they do not.
unsigned types_of(const Json& schema);

class Tools {
 public:
  Tools() = default;
  // A list as OpenAI's API has it, {"type": "function", "function": {"name", "parameters"}}, or of the functions
  // themselves. What is neither is left out.
  explicit Tools(const Json& list);

  bool empty() const { return functions_.empty(); }
  bool has(std::string_view name) const { return functions_.contains(name); }
  const std::map<std::string, Json, std::less<>>& functions() const { return functions_; }  // name -> JSON Schema
  bool strict(std::string_view name) const { return strict_.contains(name); }
  unsigned types(std::string_view name, std::string_view parameter) const;

 private:
  std::map<std::string, Json, std::less<>> functions_;
  std::set<std::string, std::less<>> strict_;
};

// An argument that is written without quotes, as JSON: of several types that it may be the one that is no text.
std::string argument_to_json(std::string_view text, unsigned types);

}  // namespace gerbil::calls
