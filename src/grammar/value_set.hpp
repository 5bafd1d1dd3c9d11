// Sets of JSON values, in which 1 and 1.0 are the same, and objects in any order.
#pragma once

#include <string>
#include <unordered_set>

#include "base/json.hpp"

namespace gerbil::grammar {

class ValueSet {
 public:
  ValueSet() = default;
  explicit ValueSet(const auto& values) {
    for (const Json& value : values) insert(value);
  }

  bool insert(const Json& value) { return texts_.insert(canonical(value)).second; }  // false: it was there
  bool contains(const Json& value) const { return texts_.contains(canonical(value)); }

 private:
  static std::string canonical(const Json& value);

  std::unordered_set<std::string> texts_;
};

}  // namespace gerbil::grammar
