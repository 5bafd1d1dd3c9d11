// gerbil: AI models on this machine, from the command line.
//
// Results go to stdout and everything else to stderr. Exit codes: 0 success, 1 an error (a sentence on stderr says
// which), 2 a command line that cannot be understood, 130 interrupted.
#include <algorithm>
#include <exception>
#include <format>
#include <iostream>
#include <span>

#include "arguments.hpp"
#include "commands.hpp"
#include "gerbil/error.hpp"
#include "terminal.hpp"

namespace {

constexpr int kError = 1;
constexpr int kUsage = 2;

int report(std::string_view sentence, int status) {
  std::cout.flush();
  gerbil::cli::say(sentence);
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
  return std::format("there is no command '{}': see gerbil --help", first);
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app{"Runs AI models on this machine: a Hugging Face checkpoint as published, on any GPU or on the CPU.",
               "gerbil"};
  app.set_version_flag("--version", "gerbil " GERBIL_VERSION, "Print the version");
  app.require_subcommand(1);
  app.get_formatter()->column_width(36);
  app.get_formatter()->enable_footer_formatting(false);  // keep the lines of the examples
  app.footer(
      "Examples:\n"
      "  gerbil run \"Tell me a story about a fox\"          the built-in model\n"
      "  gerbil run Qwen/Qwen3-0.6B -f question.txt        a model of the Hugging Face cache\n"
      "  gerbil chat path/to/Qwen3-0.6B --quantize int4    a conversation\n"
      "  gerbil embed path/to/model --file lines.txt       a vector for each line\n"
      "  gerbil COMMAND --help                             the options of a command");

  int status = 0;
  using namespace gerbil::cli;
  for (auto* add : {add_run, add_chat, add_embed, add_rerank, add_similarity, add_bench, add_inspect, add_render,
                    add_tokenize, add_logits, add_doctor}) {
    add(app, status);
  }

  try {
    std::vector<std::string> words = with_empty_values(app, std::span(arguments, count).subspan(count > 0 ? 1 : 0));
    std::ranges::reverse(words);  // as CLI11 wants a vector
    app.parse(std::move(words));
    std::cout.flush();
    if (!std::cout) return report("the result could not be written to stdout: is the disk full?", kError);
    return status;
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return report(usage_error(app, error, count > 1 ? arguments[1] : ""), kUsage);
  } catch (const gerbil::Error& error) {
    return report(error.what(), error.code() == gerbil::ErrorCode::cancelled ? kInterrupted : kError);
  } catch (const std::exception& error) {
    return report(std::string("unexpected error: ") + error.what(), kError);
  }
}
