// What a chat template is given besides the messages.
#pragma once

#include <CLI/CLI.hpp>

#include "gerbil/engine.hpp"

namespace gerbil::cli {

// --think, --no-think, --tools and --var. They write to `options`, which must outlive the parser.
void add_template_options(CLI::App& app, Options& options);

// Says on stderr which of them the model's template does not look at.
void warn_of_unused(const Engine& engine, const Options& options);

}  // namespace gerbil::cli
