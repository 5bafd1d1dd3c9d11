// Dividing long lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "template/heap.hpp"

namespace gerbil::jinja {

// What \\w is in Python's regular expressions.
bool is_word(char32_t c);

// A line in lines of at most `width` characters, 1 or more; longer words are cut or left whole (textwrap.wrap).
std::vector<std::string> wrap(Heap& heap, std::string_view line, std::int64_t width, bool break_words,
                              bool break_on_hyphens);

}  // namespace gerbil::jinja
