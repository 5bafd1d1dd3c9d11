#include "grammar_options.hpp"

#include "options.hpp"
#include "text_input.hpp"

namespace gerbil::cli {

void add_grammar_options(CLI::App& app, GrammarFlags& flags) {
  add_text(app, "--schema", flags.schema, "The answer is JSON that satisfies this JSON Schema; - for stdin")
      ->type_name("FILE");
  add_text(app, "--grammar", flags.gbnf, "The answer fits this grammar in GBNF; - for stdin")->type_name("FILE");
  add_text(app, "--regex", flags.regex, "The answer is what this regular expression matches")
      ->type_name("TEXT")
      ->check(not_utf8);
  app.add_option_function<std::string>(
         "--choice", [&flags](const std::string& text) { flags.choice.texts.push_back(text); },
         "The answer is this text, or that of another --choice")
      ->type_name("TEXT")
      ->check(not_utf8)
      ->trigger_on_parse();
  for (const char* one : grammar_options) {
    for (const char* other : grammar_options) {
      if (one != other) app.get_option(one)->excludes(app.get_option(other));
    }
  }
}

Grammar resolve(const GrammarFlags& flags) {
  if (flags.schema) return JsonSchema{read_text(*flags.schema)};
  if (flags.gbnf) return Gbnf{read_text(*flags.gbnf)};
  if (flags.regex) return Regex{*flags.regex};
  if (!flags.choice.texts.empty()) return flags.choice;
  return {};
}

}  // namespace gerbil::cli
