#include "template_options.hpp"

#include <format>
#include <nlohmann/json.hpp>

#include "options.hpp"

namespace gerbil::cli {
namespace {

std::string read_tools(const std::string& path) {
  const std::string text = read_text(path);
  const auto tools = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!tools.is_array())
    throw Error(ErrorCode::invalid_argument, std::format("{} does not hold a JSON array of tool descriptions.", path));
  return text;
}

void add_variable(Options& options, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorCode::invalid_argument, std::format("--var must be NAME=JSON, not '{}'.", text));
  const std::string value = text.substr(equals + 1);
  if (!nlohmann::ordered_json::accept(value))
    throw Error(ErrorCode::invalid_argument,
                std::format("--var {}: '{}' is not JSON; a text needs its quotes: --var '{}=\"{}\"'.",
                            text.substr(0, equals), value, text.substr(0, equals), value));
  options.template_variables[text.substr(0, equals)] = value;
}

}  // namespace

void add_template_options(CLI::App& app, Options& options) {
  app.add_flag_callback("--think", [&options] { options.enable_thinking = true; }, "Ask the model to think first");
  app.add_flag_callback("--no-think", [&options] { options.enable_thinking = false; }, "Ask the model not to think");
  app.add_option_function<std::string>(
         "--tools", [&options](const std::string& path) { options.tools = read_tools(path); },
         "A JSON array of tool descriptions for the chat template")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--var", [&options](const std::string& text) { add_variable(options, text); },
         "A further variable of the chat template (repeatable)")
      ->type_name("NAME=JSON")
      ->trigger_on_parse();
}

}  // namespace gerbil::cli
