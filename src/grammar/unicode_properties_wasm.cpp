#ifdef __EMSCRIPTEN__
#include <string>

#include "grammar/unicode_properties.hpp"

extern "C" {  // platform.js
int gerbil_property_find(const char* name);
void gerbil_property_take(char32_t* ranges);
}

namespace gerbil::grammar {

std::optional<CodeSet> platform_property(std::string_view name) {
  const int count = gerbil_property_find(std::string(name).c_str());
  if (count < 0) return std::nullopt;
  std::vector<char32_t> ends(static_cast<std::size_t>(count));
  gerbil_property_take(ends.data());
  CodeSet set;
  for (std::size_t i = 0; i < ends.size(); i += 2) set.add({ends[i], ends[i + 1]});
  return set;
}

}  // namespace gerbil::grammar
#endif
