// Texts are UTF-8: a model would read replacement characters instead of anything else, and nobody would know.
#pragma once

#include <string>

namespace gerbil::cli {

// What is wrong with `text`: "byte 0xE9 at offset 3 is not UTF-8"; nothing when all of it is UTF-8. Also the form of a
// check of CLI11.
std::string not_utf8(const std::string& text);

}  // namespace gerbil::cli
