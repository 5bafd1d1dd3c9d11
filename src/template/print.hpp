// How Python writes values.
#pragma once

#include <string>
#include <string_view>

#include "template/value.hpp"

namespace gerbil::jinja {

// str(value): what {{ value }} prints.
std::string str(Value value);
// The same, appended.
void append_str(std::string& result, Value value);
// repr(value): how a value is printed inside a list.
std::string repr(Value value);

// ascii(value): the same, with escapes for all that is not ASCII.
std::string ascii(Value value);

// A character as \\x, \\u or \\U and its number.
void append_escape(std::string& result, char32_t c);

// repr(float): the shortest digits that give the same number again.
std::string repr_real(double value);

}  // namespace gerbil::jinja
