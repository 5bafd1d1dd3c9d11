#include "engine/tool_choice.hpp"

#include <format>

#include "base/json.hpp"
#include "calls/tools.hpp"
#include "gerbil/error.hpp"

namespace gerbil {

void check_tool_choice(const TemplateOptions& options) {
  const ToolChoice& choice = options.tool_choice;
  if (choice.mode == ToolChoice::Mode::automatic || choice.mode == ToolChoice::Mode::none) return;
  const calls::Tools tools(options.tools.empty() ? Json::array()
                                                 : parse_exact_json(options.tools, "The list of tools"));
  if (tools.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "tool_choice asks for a call, but there are no tools; it should be \"auto\" or \"none\".");
  }
  if (choice.mode == ToolChoice::Mode::named && !tools.has(choice.name)) {
    throw Error(ErrorCode::invalid_argument,
                std::format("tool_choice is the tool '{}', but should be one that \"tools\" has.", choice.name));
  }
  throw Error(ErrorCode::unsupported,
              "tool_choice asks for a call, but calls cannot be forced yet; it should be \"auto\" or \"none\".");
}

}  // namespace gerbil
