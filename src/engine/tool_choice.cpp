#include "engine/tool_choice.hpp"

#include <format>

#include "base/json.hpp"
#include "calls/tools.hpp"
#include "gerbil/error.hpp"

namespace gerbil {

bool requires_calls(const GenerateOptions& options) {
  const ToolChoice& choice = options.chat.tool_choice;
  if (choice.mode != ToolChoice::Mode::required && choice.mode != ToolChoice::Mode::named) return false;
  const calls::Tools tools(options.chat.tools.empty() ? Json::array()
                                                      : parse_exact_json(options.chat.tools, "The list of tools"));
  if (tools.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "tool_choice asks for a call, but there are no tools; it should be \"auto\" or \"none\".");
  }
  if (choice.mode == ToolChoice::Mode::named && !tools.has(choice.name)) {
    throw Error(ErrorCode::invalid_argument,
                std::format("tool_choice is the tool '{}', but should be one that \"tools\" has.", choice.name));
  }
  if (!std::holds_alternative<std::monostate>(options.grammar)) {
    throw Error(ErrorCode::invalid_argument,
                "tool_choice asks for a call, and a grammar for something else: the answer can be only one of them.");
  }
  return true;
}

}  // namespace gerbil
