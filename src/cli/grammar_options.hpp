// --schema, --grammar, --regex and --choice: what the answer must be.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <optional>
#include <string>

#include "gerbil/grammar.hpp"

namespace gerbil::cli {

// As the command line gave it.
struct GrammarFlags {
  std::optional<std::string> schema, gbnf;  // files
  std::optional<std::string> regex;
  Choice choice;
};

inline constexpr std::array grammar_options = {"--schema", "--grammar", "--regex", "--choice"};

// They write to `flags`, and exclude each other.
void add_grammar_options(CLI::App& app, GrammarFlags& flags);

// With what is in the files. Throws what read_text throws.
Grammar resolve(const GrammarFlags& flags);

}  // namespace gerbil::cli
