// gerbil logits: the numbers themselves, for comparisons with other implementations.
#include <iostream>
#include <memory>
#include <span>

#include "commands.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"

namespace gerbil::cli {
namespace {

struct Logits {
  std::string model;
  std::vector<std::int32_t> tokens;
  LoadFlags load{.options = {.check = false}};
  bool json = false;
};

int execute(const Logits& command) {
  const std::vector<std::int32_t>& tokens = command.tokens;
  const Generator generator(load_model(command.model, command.load));
  const std::vector<float> logits = generator.logits(tokens);
  const std::size_t width = logits.size() / tokens.size();
  if (command.json) std::cout << std::format("{{\"shape\":[{},{}],\"logits\":[", tokens.size(), width);
  // Row by row: a long prompt over a large vocabulary is gigabytes of text.
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    const std::span<const float> values(logits.data() + row * width, width);
    if (command.json)
      std::cout << (row == 0 ? "[" : ",[") << row_text(values, ",") << ']';
    else
      std::cout << row_text(values, "\t") << '\n';
  }
  if (command.json) std::cout << "]}\n";
  return 0;
}

}  // namespace

void add_logits(CLI::App& app, Action& action) {
  auto logits = std::make_shared<Logits>();
  CLI::App* command = app.add_subcommand("logits", "Print the logits after each of the given tokens");
  command->add_option("MODEL", logits->model, kModelHelp)->required();
  command
      ->add_option_function<std::string>(
          "--tokens", [logits](const std::string& ids) { logits->tokens = parse_token_ids(ids, "--tokens"); },
          "Token ids")
      ->type_name("1,2,3")
      ->required();
  command->add_flag("--json", logits->json,
                    "Print {\"shape\":[n,vocabulary],\"logits\":[[…],…]}; otherwise a line a token");
  add_load_options(*command, logits->load);
  command->footer("Example:\n  gerbil logits path/to/model --tokens 1,2,3 --device cpu --exact --json");
  command->callback([logits, &action] { action = [logits] { return execute(*logits); }; });
}

}  // namespace gerbil::cli
