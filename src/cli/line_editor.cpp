#include "line_editor.hpp"

#include <isocline.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "gerbil/error.hpp"
#include "paste.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

std::span<const ChatCommand> known_commands;

void complete(ic_completion_env_t* completion, const char* prefix) {
  if (*prefix != '/') return;
  for (const ChatCommand& command : known_commands)
    if (ic_starts_with(command.name, prefix)) ic_add_completion_ex(completion, command.name, nullptr, command.meaning);
}

// Empty when there is no place for it; the history then lasts as long as the program.
std::string history_file() {
  namespace fs = std::filesystem;
  fs::path folder;
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
    folder = state;
  else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    folder = fs::path(home) / ".local/state";
  else
    return {};
  std::error_code error;
  fs::create_directories(folder / "gerbil", error);
  return error ? std::string() : (folder / "gerbil/history").string();
}

}  // namespace

void set_up_line_editor(std::span<const ChatCommand> commands) {
  if (!stdin_is_terminal()) return;
  known_commands = commands;
  const std::string history = history_file();
  ic_set_history(history.empty() ? nullptr : history.c_str(), -1);
  ic_set_default_completer([](ic_completion_env_t* completion, const char* prefix) { complete(completion, prefix); },
                           nullptr);
  ic_set_prompt_marker("> ", "  ");
  ic_enable_multiline(true);
  ic_enable_brace_insertion(false);  // text, not code
  ic_enable_brace_matching(false);
  ic_enable_color(may_style());
}

std::optional<std::string> read_line() {
  if (!stdin_is_terminal()) {
    std::string line;
    if (std::getline(std::cin, line)) return line;
    if (std::ferror(stdin) != 0) throw Error(ErrorCode::not_found, "stdin cannot be read.");
    return std::nullopt;
  }
  const KeyboardFilter filter;
  for (;;) {
    const std::unique_ptr<char, void (*)(void*)> line(ic_readline(""), ic_free);
    if (line) return std::string(line.get());
    if (!filter.interrupted()) return std::nullopt;
  }
}

}  // namespace gerbil::cli
