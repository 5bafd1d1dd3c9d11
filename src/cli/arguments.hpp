// The words of a command line, made ready for CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

namespace gerbil::cli {

// `words`, without the program's name, such that "--text=" gives its option an empty value: CLI11 takes it for "--text"
// and would take the next word for the value. It becomes two words, the second of them empty. What is itself the value
// of an option, or stands after "--", stays as it is.
std::vector<std::string> with_empty_values(const CLI::App& app, std::span<const char* const> words);

}  // namespace gerbil::cli
