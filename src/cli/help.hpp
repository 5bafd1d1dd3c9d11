// How --help reads.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gerbil::cli {

// Says what an option needs and excludes after its description, where CLI11 says it between the name and the
// description, and leaves out what the line of usage has said: which words are required.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace gerbil::cli
