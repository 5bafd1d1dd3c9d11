// The characters that have a property of Unicode, by the names that ECMAScript's \p{…} has for it. The tables are those
// of PCRE2 natively and of the platform's RegExp in WebAssembly.
#pragma once

#include <optional>
#include <string_view>

#include "grammar/code_points.hpp"

namespace gerbil::grammar {

// The code points with the property `name`, as it stands between the braces (ECMA-262, 22.2.1 and tables 67 to 69):
// "Lu", "Uppercase_Letter", "gc=Lu", "Script=Greek", "scx=Grek", "Alphabetic". None when there is no such property.
// The values of a process are kept. May be called by several threads.
std::optional<CodeSet> unicode_property(std::string_view name);

// What the platform has for unicode_property(), without remembering it; `name` has letters, digits, '_' and one '='.
std::optional<CodeSet> platform_property(std::string_view name);

}  // namespace gerbil::grammar
