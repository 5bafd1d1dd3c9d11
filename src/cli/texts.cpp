#include "texts.hpp"

#include <algorithm>
#include <format>

#include "gerbil/error.hpp"
#include "options.hpp"
#include "terminal.hpp"
#include "text_input.hpp"

namespace gerbil::cli {

void add_text_options(CLI::App& app, TextFlags& flags, const std::string& noun) {
  CLI::Option* each = app.add_option_function<std::string>(
                             "--text", [&flags](const std::string& text) { flags.texts.push_back(text); },
                             std::format("A {}; repeatable. Without it and without --file: the lines of stdin", noun))
                          ->type_name("TEXT")
                          ->check(not_utf8)
                          ->trigger_on_parse();
  add_text(app, "--file", flags.file,
           std::format("Read the {0}s from a file, - for stdin: every line is a {0}, an empty one too", noun))
      ->type_name("FILE")
      ->excludes(each);
}

void require_piped_texts() {
  if (stdin_is_terminal())
    throw Error(ErrorCode::invalid_argument, "there is no text: add --text TEXT or --file FILE.");
}

void require_texts(const TextFlags& flags) {
  if (flags.texts.empty() && !flags.file) require_piped_texts();
}

std::vector<std::string> read_texts(const TextFlags& flags) {
  if (!flags.texts.empty()) return flags.texts;
  const std::string path = flags.file.value_or("-");
  std::vector<std::string> lines = split_lines(read_text(path));
  if (lines.empty()) say(std::format("warning: {} has no lines.", file_name(path)));
  return lines;
}

std::vector<std::string> split_lines(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

}  // namespace gerbil::cli
