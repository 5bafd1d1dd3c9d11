// Texts on the command line: each with --text, or a file of lines.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::cli {

struct TextFlags {
  std::vector<std::string> texts;
  std::optional<std::string> file;  // "-" is stdin
};

// --text (repeatable) and --file, which write to `flags`, which must outlive the parser. `noun` is what the command
// calls a text: "text", "document".
void add_text_options(CLI::App& app, TextFlags& flags, const std::string& noun);

// Throws Error{invalid_argument} when there are neither --text nor --file and stdin is a terminal.
void require_texts(const TextFlags& flags);
// The same when it is known that neither is there.
void require_piped_texts();

// The texts: those of --text, or the lines of --file, or those of stdin when neither is given. No lines at all are a
// warning on stderr and no texts. Throws what read_text throws.
std::vector<std::string> read_texts(const TextFlags& flags);

// Every line is a text, an empty one too; the last may go without its end. Lines end in LF or CR LF, and a byte order
// mark at the beginning is no part of the first.
std::vector<std::string> split_lines(std::string_view text);

}  // namespace gerbil::cli
