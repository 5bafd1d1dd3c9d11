// What a chat template is given besides the messages.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "gerbil/message.hpp"

namespace gerbil::cli {

// --think, --no-think, --tools and --var. They write to `options` and `tools`, a file, which must outlive the parser.
void add_template_options(CLI::App& app, TemplateOptions& options, std::optional<std::string>& tools);

// The JSON array in the file. Throws Error{invalid_argument} for one that holds something else, and what read_text
// throws.
std::string read_tools(const std::string& path);

}  // namespace gerbil::cli
