// Python's two ways to format: "%s" % x and "{}".format(x).
// Reference: the Python Library Reference, "printf-style String Formatting" and "Format Specification Mini-Language".
#pragma once

#include "template/builtin.hpp"

namespace gerbil::jinja {

// template % values: a tuple for several, a dictionary for named ones.
Value format_percent(Context& context, Value text, Value values);
// text.format(…); positional[0] is the text.
Value format_braces(Context& context, Value text, const Arguments& arguments);
// format(value, specification).
std::string format_value(Context& context, Value value, std::string_view specification);

// A number with `precision` digits as C's %e, %f or %g writes it; `type` is one of e, f, g and their capitals.
std::string format_real(double value, char type, int precision, bool alternate);

// Widths and precisions above this are refused.
inline constexpr int widest_field = 10'000;

}  // namespace gerbil::jinja
