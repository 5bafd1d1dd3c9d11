// gerbil tokenize: text to token ids and back.
#include "gerbil/tokenizer.hpp"

#include <iostream>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "json.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "terminal.hpp"
#include "text_input.hpp"
#include "texts.hpp"

namespace gerbil::cli {
namespace {

struct Tokenize {
  std::string model;
  std::optional<std::string> text, file;
  std::optional<std::vector<std::int32_t>> decode;
  bool no_special = false;
  bool keep_special = false;
  bool json = false;
};

void encode(const Tokenizer& tokenizer, const Tokenize& command) {
  const std::string text = command.text ? *command.text : read_text(command.file.value_or("-"));
  const std::vector<std::int32_t> ids = tokenizer.tokenize(text, !command.no_special);
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (const std::int32_t id : ids) tokens.push_back(tokenizer.token(id));
  if (command.json) {
    print({{"ids", ids}, {"tokens", tokens}});
    return;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) std::cout << ids[i] << '\t' << tokens[i] << '\n';
}

void decode(const Tokenizer& tokenizer, const Tokenize& command) {
  const std::string text = tokenizer.detokenize(*command.decode, !command.keep_special);
  if (command.json)
    print({{"text", text}});
  else
    std::cout << text << '\n';
}

int execute(const Tokenize& command) {
  const Tokenizer tokenizer = Tokenizer::load(resolve_model(command.model));
  for (const std::string& warning : tokenizer.warnings()) say("warning: " + warning);
  if (command.decode)
    decode(tokenizer, command);
  else
    encode(tokenizer, command);
  return 0;
}

}  // namespace

void add_tokenize(CLI::App& app, Action& action) {
  auto tokenize = std::make_shared<Tokenize>();
  CLI::App* command = app.add_subcommand("tokenize", "Turn text into token ids, or ids into text");
  command->add_option("MODEL", tokenize->model, kModelHelp)->required();
  auto* text = add_text(*command, "--text", tokenize->text, "The text; without it and without --file: stdin")
                   ->type_name("TEXT")
                   ->check(not_utf8);
  auto* file = add_text(*command, "--file", tokenize->file, "Read the text from a file, all of it; - for stdin")
                   ->type_name("FILE")
                   ->excludes(text);
  auto* decode =
      command
          ->add_option_function<std::string>(
              "--decode", [tokenize](const std::string& ids) { tokenize->decode = parse_token_ids(ids, "--decode"); },
              "Print the text of these token ids")
          ->type_name("1,2,3")
          ->excludes(text, file);
  command->add_flag("--no-special", tokenize->no_special, "Add no special tokens around the text")->excludes(decode);
  command->add_flag("--keep-special", tokenize->keep_special, "Spell special tokens out")->needs(decode);
  command->add_flag("--json", tokenize->json, "Print {\"ids\":[…],\"tokens\":[…]}, or {\"text\":\"…\"}");
  command->footer(
      "Examples:\n"
      "  gerbil tokenize path/to/model --text \"Hello, world\" --json\n"
      "  gerbil tokenize path/to/model --decode 9707,11,1879");
  command->callback([tokenize, &action] {
    if (!tokenize->text && !tokenize->file && !tokenize->decode) require_piped_texts();
    action = [tokenize] { return execute(*tokenize); };
  });
}

}  // namespace gerbil::cli
