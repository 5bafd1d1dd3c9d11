#ifdef __EMSCRIPTEN__
#include <emscripten/em_js.h>

#include <string>

#include "grammar/unicode_properties.hpp"

// Leaves the first and last code points of its ranges for gerbil_property_take, and returns how many numbers these are;
// -1 when there is no such property.
// clang-format off
EM_JS(int, gerbil_property_find, (const char* name), {
  let property;
  try {
    property = new RegExp("^\\p{" + UTF8ToString(name) + "}$", "u");
  } catch (error) {
    return -1;
  }
  const ranges = (globalThis.gerbilProperty = []);
  for (let code = 0, inside = false; code <= 0x110000; ++code) {
    const has = code < 0x110000 && property.test(String.fromCodePoint(code));
    if (has !== inside) ranges.push(has ? code : code - 1);
    inside = has;
  }
  return ranges.length;
});

EM_JS(void, gerbil_property_take, (void* ranges), {
  HEAPU32.set(globalThis.gerbilProperty, ranges >> 2);
});
// clang-format on

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
