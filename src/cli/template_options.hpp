// What a chat template is given besides the messages.
#pragma once

#include <CLI/CLI.hpp>

#include "gerbil/engine.hpp"

namespace gerbil::cli {

// --think, --no-think, --tools and --var. They write to `options`, which must outlive the parser.
void add_template_options(CLI::App& app, Options& options);

}  // namespace gerbil::cli
