// Literals of formats in a text that grows.
#pragma once

#include <cstddef>
#include <string_view>

namespace gerbil::calls {

inline constexpr std::string_view white_space = " \t\r\n";

// Without white space at both ends.
std::string_view trimmed(std::string_view text);

enum class Fit { no, partial, yes };  // partial: as far as the text goes

struct Found {
  Fit fit = Fit::no;
  std::size_t size = 0;  // of the text, where it fits
};

// Whether `text` begins with `literal`. White space of the literal, and at its beginning, is any white space or none.
Found match(std::string_view text, std::string_view literal);

// How much of the end of `text` may be the beginning of `pattern`.
std::size_t partial_end(std::string_view text, std::string_view pattern);

}  // namespace gerbil::calls
