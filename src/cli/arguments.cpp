#include "arguments.hpp"

namespace gerbil::cli {
namespace {

// The option that a word is or begins with ("--text", "--text=…", "-f"), if it takes a value; otherwise null.
const CLI::Option* option_with_value(const CLI::App& command, const std::string& word) {
  if (!word.starts_with('-') || (!word.starts_with("--") && word.size() != 2)) return nullptr;
  const CLI::Option* option = command.get_option_no_throw(word.substr(0, word.find('=')));
  return option != nullptr && option->get_items_expected_max() > 0 ? option : nullptr;
}

}  // namespace

std::vector<std::string> with_empty_values(const CLI::App& app, std::span<const char* const> words) {
  std::vector<std::string> result;
  const CLI::App* command = &app;
  bool is_value = false;  // of the option before
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    if (!is_value && word == "--") {
      result.insert(result.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    const bool takes_value = !is_value && option_with_value(*command, word) != nullptr;
    if (!is_value && command == &app) {
      if (const CLI::App* chosen = app.get_subcommand_no_throw(word)) command = chosen;
    }
    is_value = takes_value && !word.contains('=');
    if (takes_value && word.ends_with('=') && word.find('=') + 1 == word.size()) {
      result.push_back(word.substr(0, word.size() - 1));
      result.emplace_back();
    } else {
      result.push_back(word);
    }
  }
  return result;
}

}  // namespace gerbil::cli
