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

namespace gerbil::cli {
namespace {

struct Tokenize {
  std::string model;
  std::optional<std::string> text, file, decode;
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
  const std::string text = tokenizer.detokenize(parse_token_ids(*command.decode, "--decode"), !command.keep_special);
  if (command.json)
    print({{"text", text}});
  else
    std::cout << text << '\n';
}

int execute(const Tokenize& command) {
  if (command.text.has_value() + command.file.has_value() + command.decode.has_value() > 1)
    throw Error(ErrorCode::invalid_argument, "give one of --text, --file and --decode, not several.");
  const Tokenizer tokenizer = Tokenizer::load(resolve_model(command.model));
  for (const std::string& warning : tokenizer.warnings()) say("warning: " + warning);
  if (command.decode)
    decode(tokenizer, command);
  else
    encode(tokenizer, command);
  return 0;
}

}  // namespace

void add_tokenize(CLI::App& app, int& status) {
  auto tokenize = std::make_shared<Tokenize>();
  CLI::App* command = app.add_subcommand("tokenize", "Turn text into token ids, or ids into text");
  command->add_option("MODEL", tokenize->model, "A directory or the id of a model in the Hugging Face cache")
      ->required();
  add_text(*command, "--text", tokenize->text, "The text; without it and without --file: stdin")->type_name("TEXT");
  add_text(*command, "--file", tokenize->file, "Read the text from a file, every byte of it")->type_name("FILE");
  add_text(*command, "--decode", tokenize->decode, "Print the text of these token ids")->type_name("1,2,3");
  command->add_flag("--no-special", tokenize->no_special, "Add no special tokens around the text");
  command->add_flag("--keep-special", tokenize->keep_special, "With --decode: spell special tokens out");
  command->add_flag("--json", tokenize->json, "Print {\"ids\":[…],\"tokens\":[…]}, or {\"text\":\"…\"}");
  command->footer(
      "Examples:\n"
      "  gerbil tokenize path/to/model --text \"Hello, world\" --json\n"
      "  gerbil tokenize path/to/model --decode 9707,11,1879");
  command->callback([tokenize, &status] { status = execute(*tokenize); });
}

}  // namespace gerbil::cli
