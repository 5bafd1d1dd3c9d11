#include "template_options.hpp"

#include <array>
#include <format>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "options.hpp"
#include "text_input.hpp"

namespace gerbil::cli {

std::string read_tools(const std::string& path) {
  const std::string text = read_text(path);
  const auto tools = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!tools.is_array())
    throw Error(ErrorCode::invalid_argument,
                std::format("{} does not hold a JSON array of tool descriptions.", file_name(path)));
  return text;
}

namespace {

// Variables that the command line gives in another way.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kElsewhere{
    {{"messages", "the conversation"}, {"tools", "--tools FILE"}}};

// --var is read as it comes, flags are when everything has been read.
void set_thinking(TemplateOptions& options, bool value) {
  if (options.variables.contains("enable_thinking"))
    throw Error(ErrorCode::invalid_argument,
                std::format("--var enable_thinking excludes {}.", value ? "--think" : "--no-think"));
  options.enable_thinking = value;
}

void add_variable(TemplateOptions& options, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorCode::invalid_argument, std::format("--var must be NAME=JSON, not '{}'.", text));
  const std::string name = text.substr(0, equals);
  for (const auto& [variable, source] : kElsewhere)
    if (name == variable)
      throw Error(ErrorCode::invalid_argument, std::format("--var {} is given by {}.", name, source));
  const std::string value = text.substr(equals + 1);
  if (!nlohmann::ordered_json::accept(value))
    throw Error(ErrorCode::invalid_argument,
                std::format("--var {}: '{}' is not JSON; a text needs its quotes: --var '{}=\"{}\"'.", name, value,
                            name, value));
  if (!options.variables.emplace(name, value).second)
    throw Error(ErrorCode::invalid_argument, std::format("--var {} is given twice.", name));
}

}  // namespace

void add_template_options(CLI::App& app, TemplateOptions& options, std::optional<std::string>& tools) {
  CLI::Option* think =
      app.add_flag_callback("--think", [&options] { set_thinking(options, true); }, "Ask the model to think first");
  app.add_flag_callback(
         "--no-think", [&options] { set_thinking(options, false); }, "Ask the model not to think")
      ->excludes(think);
  add_text(app, "--tools", tools, "A JSON array of tool descriptions for the chat template; - for stdin")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--var", [&options](const std::string& text) { add_variable(options, text); },
         "A further variable of the chat template (repeatable)")
      ->type_name("NAME=JSON")
      ->trigger_on_parse();
}

}  // namespace gerbil::cli
