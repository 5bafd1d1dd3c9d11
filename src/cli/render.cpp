// gerbil render: a conversation as the text that a model continues.
#include <iostream>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "gerbil/chat_template.hpp"
#include "model.hpp"
#include "options.hpp"
#include "template_options.hpp"

namespace gerbil::cli {
namespace {

struct Render {
  std::string source;  // a model, or the file of a template
  std::optional<std::string> messages, context;
  Options options;
};

// Every byte is the prompt's: no newline is added.
int execute(const Render& render) {
  if (render.messages.has_value() == render.context.has_value()) {
    throw Error(ErrorCode::invalid_argument,
                "give --messages FILE to render a model's prompt, or --context FILE to render the file of a template.");
  }
  if (render.context) {
    std::cout << render_template(read_text(render.source), read_text(*render.context));
  } else {
    const auto source = ChatTemplate::load(resolve_model(render.source));
    std::cout << source.render(read_text(*render.messages), render.options);
  }
  return 0;
}

}  // namespace

void add_render(CLI::App& app, int& status) {
  auto render = std::make_shared<Render>();
  CLI::App* command = app.add_subcommand("render", "Print the exact prompt that a conversation becomes");
  command->add_option("MODEL", render->source, "A directory, the id of a model, or with --context a template's file")
      ->required();
  command->add_option("--messages", render->messages, "A JSON array of messages; - for stdin")->type_name("FILE");
  command->add_option("--context", render->context, "A JSON object of all the template's variables; - for stdin")
      ->type_name("FILE");
  add_template_options(*command, render->options);
  command->footer(
      "Examples:\n"
      "  gerbil render path/to/Qwen3-0.6B --messages conversation.json --tools tools.json\n"
      "  gerbil render path/to/Qwen3-0.6B --messages conversation.json --var enable_thinking=false\n"
      "  gerbil render chat_template.jinja --context variables.json");
  command->callback([render, &status] { status = execute(*render); });
}

}  // namespace gerbil::cli
