// One JSON object of a request while it is read.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace gerbil::codec {

// Throws Error{invalid_argument}: "messages[2].role" is 5, but should be a string.
[[noreturn]] void refuse(const std::string& path, const Json& value, std::string_view expected);

// The text, at most JsonLimits::text_bytes of it, as JSON. Throws Error{invalid_argument}; `what` names it.
Json parse(std::string_view text, std::string_view what);

// The elements of a list of at most `most`; throws as refuse() does.
const Json& require_list(const std::string& path, const Json& value, std::size_t most, std::string_view of);
const Json& require_list(const std::string& path, Json&& value, std::size_t most, std::string_view of) = delete;

// Every field is asked for by its name, and what is left over is refused. A field that is missing or null leaves its
// target alone. All functions throw Error{invalid_argument} naming the field, the value and what would be right.
class Fields {
 public:
  // `where` is the object's own place, "messages[2]", and empty for the whole request.
  Fields(const Json& object, std::string where);

  // Null when it is missing.
  const Json* find(std::string_view key);
  const Json& require(std::string_view key, std::string_view expected);
  std::string path(std::string_view key) const;

  void read(std::string_view key, bool& target);
  // `most` bytes of it.
  void read(std::string_view key, std::string& target, std::size_t most = std::numeric_limits<std::size_t>::max());
  void read(std::string_view key, float& target);
  void read(std::string_view key, double& target);
  template <std::integral Integer>
  void read(std::string_view key, Integer& target, Integer low = std::numeric_limits<Integer>::min(),
            Integer high = std::numeric_limits<Integer>::max());

  // Throws for the first field that was not asked for, unless it is null.
  void refuse_others() const;

 private:
  const Json& object_;
  std::string where_;
  std::vector<std::string_view> known_;
};

std::string read_string(const std::string& path, const Json& value, std::size_t most);
float read_float(const std::string& path, const Json& value);
template <std::integral Integer>
Integer read_integer(const std::string& path, const Json& value, Integer low, Integer high);

}  // namespace gerbil::codec
