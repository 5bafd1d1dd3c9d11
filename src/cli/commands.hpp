// The commands of the program. Each add_…() describes one command to the parser; when the command line names it, the
// parser calls it and its exit code goes to `status`. A command that fails throws gerbil::Error.
#pragma once

#include <CLI/CLI.hpp>

namespace gerbil::cli {

void add_run(CLI::App& app, int& status);
void add_chat(CLI::App& app, int& status);
void add_bench(CLI::App& app, int& status);
void add_embed(CLI::App& app, int& status);
void add_rerank(CLI::App& app, int& status);
void add_similarity(CLI::App& app, int& status);
void add_inspect(CLI::App& app, int& status);
void add_render(CLI::App& app, int& status);
void add_tokenize(CLI::App& app, int& status);
void add_logits(CLI::App& app, int& status);
void add_doctor(CLI::App& app, int& status);

}  // namespace gerbil::cli
