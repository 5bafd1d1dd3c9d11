// Lines from a person at a terminal, or from a pipe.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace gerbil::cli {

struct ChatCommand {
  const char* name;  // "/help"
  const char* argument;
  const char* meaning;
};

// Sets up editing, history (in $XDG_STATE_HOME/gerbil/history) and completion of `commands`, which must live as long as
// the program. Once a process.
void set_up_line_editor(std::span<const ChatCommand> commands);

// The next line, or several where the person made or pasted them; nothing at the end of the input. Ctrl-C gives up the
// line and begins a new one. Throws Error{not_found} when a stdin that is no terminal cannot be read.
std::optional<std::string> read_line();

}  // namespace gerbil::cli
