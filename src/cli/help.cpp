#include "help.hpp"

#include <set>

namespace gerbil::cli {
namespace {

std::string names(const std::set<CLI::Option*>& options) {
  std::set<std::string> sorted;
  for (const CLI::Option* option : options) sorted.insert(option->get_name());
  std::string text;
  for (const std::string& name : sorted) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(36);
  enable_footer_formatting(false);  // keep the lines of the examples
  label("SUBCOMMAND", "COMMAND");
  label("POSITIONALS", "ARGUMENTS");
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  const bool has_value = option->get_type_size() != 0 && !option->get_positional();
  return has_value ? " " + option->get_type_name() + (option->get_required() ? " (required)" : "") : "";
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  std::string text = option->get_description();
  if (!option->get_needs().empty()) text += "; only with " + names(option->get_needs());
  if (!option->get_excludes().empty()) text += "; not with " + names(option->get_excludes());
  return text;
}

}  // namespace gerbil::cli
