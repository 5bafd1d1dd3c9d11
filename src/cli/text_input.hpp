// Texts are UTF-8: a model would read replacement characters instead of anything else, and nobody would know.
#pragma once

#include <string>

namespace gerbil::cli {

// What is wrong with `text`: "byte 0xE9 at offset 3 is not UTF-8"; nothing when all of it is UTF-8. Also the form of a
// check of CLI11.
std::string not_utf8(const std::string& text);

// "stdin" for "-", otherwise the path in quotes.
std::string file_name(const std::string& path);

// The text of a file, "-" for stdin. Throws Error{not_found} naming `path` and Error{invalid_argument} naming the first
// byte that is not UTF-8.
std::string read_text(const std::string& path);

// Without the newline that ends a text file or the output of `echo`.
std::string without_final_newline(std::string text);

}  // namespace gerbil::cli
