// gerbil: AI models on this machine, from the command line.
//
// Results go to stdout and everything else to stderr. The command line is understood first, as a whole: what is wrong
// with it ends the program with kUsage, and whatever goes wrong after that with kError.
#include <algorithm>
#include <exception>
#include <format>
#include <memory>
#include <optional>
#include <span>

#include "arguments.hpp"
#include "commands.hpp"
#include "exit_codes.hpp"
#include "gerbil/error.hpp"
#include "help.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"

namespace {

using namespace gerbil::cli;

int report(std::string_view sentence, int status) {
  say(sentence);
  return status;
}

// What to say about a command line that begins with `first` and ended in `error`.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error, std::string_view first) {
  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) return std::format("{}: see gerbil {} --help", error.what(), chosen.front()->get_name());
  if (first.empty()) {
    std::string names;
    for (const CLI::App* command : app.get_subcommands({})) {
      names += (names.empty() ? "" : ", ") + command->get_name();
    }
    return std::format("name a command: {}; see gerbil --help", names);
  }
  return std::format("there is no {} '{}': see gerbil --help", first.starts_with('-') ? "option" : "command", first);
}

// Sets the action that `words` ask for. Gives the exit code when there is nothing to do: help, or a wrong command line.
std::optional<int> understand(CLI::App& app, std::span<const char* const> words) try {
  std::vector<std::string> arguments = with_empty_values(app, words);
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  app.parse(std::move(arguments));
  return std::nullopt;
} catch (const CLI::Success& wanted) {
  return app.exit(wanted);
} catch (const CLI::ParseError& error) {
  return report(usage_error(app, error, words.empty() ? "" : words.front()), kUsage);
} catch (const gerbil::Error& error) {
  return report(error.what(), kUsage);
}

int act(const Action& action) try { return action(); } catch (const gerbil::Error& error) {
  return report(error.what(), error.code() == gerbil::ErrorCode::cancelled ? kInterrupted : kError);
}

}  // namespace

int main(int count, char** arguments) {
  const StandardStreams streams;
  CLI::App app{"Runs AI models on this machine: a Hugging Face checkpoint as published, on any GPU or on the CPU.",
               "gerbil"};
  app.set_version_flag("--version", "gerbil " GERBIL_VERSION, "Print the version");
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(
      "Examples:\n"
      "  gerbil run \"Tell me a story about a fox\"          the built-in model\n"
      "  gerbil pull Qwen/Qwen3-0.6B                       downloads a model from the Hugging Face hub\n"
      "  gerbil run Qwen/Qwen3-0.6B -f question.txt        answers with it\n"
      "  gerbil chat path/to/Qwen3-0.6B --quantize int4    a conversation\n"
      "  gerbil embed path/to/model --file lines.txt       a vector for each line\n"
      "  gerbil COMMAND --help                             the options of a command");

  Action action;
  for (auto* add : {add_run, add_chat, add_serve, add_pull, add_embed, add_rerank, add_similarity, add_bench,
                    add_inspect, add_render, add_tokenize, add_logits, add_doctor}) {
    add(app, action);
  }
  for (CLI::App* command : app.get_subcommands({})) command->group("COMMANDS");
  try {
    const auto done = understand(app, std::span(arguments, count).subspan(count > 0 ? 1 : 0));
    return done ? *done : act(action);
  } catch (const std::exception& error) {
    return report(std::string("unexpected error: ") + error.what(), kError);
  }
}
