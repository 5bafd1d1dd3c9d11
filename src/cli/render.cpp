// gerbil render: a conversation as the text that a model continues.
#include <iostream>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "gerbil/chat_template.hpp"
#include "model.hpp"
#include "options.hpp"
#include "template_options.hpp"
#include "text_input.hpp"

namespace gerbil::cli {
namespace {

struct Render {
  std::string source;  // a model, or the file of a template
  std::optional<std::string> messages, context, tools;
  TemplateOptions options;
};

// Every byte is the prompt's: no newline is added.
int execute(const Render& render) {
  if (render.context) {
    std::cout << render_template(read_text(render.source), read_text(*render.context));
  } else {
    TemplateOptions options = render.options;
    if (render.tools) options.tools = read_tools(*render.tools);
    const auto source = ChatTemplate::load(resolve_model(render.source));
    std::cout << source.render(read_text(*render.messages), options);
  }
  return 0;
}

void check(const Render& render) {
  if (render.messages || render.context) return;
  throw Error(ErrorCode::invalid_argument,
              "give --messages FILE to render a model's prompt, or --context FILE to render the file of a template.");
}

}  // namespace

void add_render(CLI::App& app, Action& action) {
  auto render = std::make_shared<Render>();
  CLI::App* command = app.add_subcommand("render", "Print the exact prompt that a conversation becomes");
  command->add_option("MODEL", render->source, std::string(kModelHelp) + "; with --context the file of a template")
      ->required();
  command->add_option("--messages", render->messages, "A JSON array of messages; - for stdin")->type_name("FILE");
  add_template_options(*command, render->options, render->tools);
  CLI::Option* context =
      command->add_option("--context", render->context, "A JSON object of all the template's variables; - for stdin")
          ->type_name("FILE");
  for (const char* option : {"--messages", "--think", "--no-think", "--tools", "--var"})
    context->excludes(command->get_option(option));
  command->footer(
      "Examples:\n"
      "  gerbil render path/to/Qwen3-0.6B --messages conversation.json --tools tools.json\n"
      "  gerbil render path/to/Qwen3-0.6B --messages conversation.json --var enable_thinking=false\n"
      "  gerbil render chat_template.jinja --context variables.json");
  command->callback([render, &action] {
    check(*render);
    action = [render] { return execute(*render); };
  });
}

}  // namespace gerbil::cli
