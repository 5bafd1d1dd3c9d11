// What JSON Schema's `format` means for strings, as regular expressions.
#pragma once

#include <optional>
#include <string_view>

namespace gerbil::grammar {

// Nothing for formats that are not kept: they are annotations. References: RFC 3339 (without leap seconds), 9562, 5321
// with names of dots and letters, 3986 with an authority or as `scheme:path`, 2673, 4291, 1123.
std::optional<std::string_view> format_pattern(std::string_view name);

}  // namespace gerbil::grammar
