// Character references of HTML, as Python's html.unescape() reads them.
#pragma once

#include <string>
#include <string_view>

namespace gerbil::jinja {

// "&eacute;" and "&#233;" become the character; what is not known stays as it is.
std::string unescape_html(std::string_view text);

// "name=characters " for every name, which ends in a semicolon where it needs one.
extern const std::string_view html_names;

}  // namespace gerbil::jinja
