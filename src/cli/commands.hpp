// The commands of the program.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace gerbil::cli {

// What the command line asks for; gives the exit code. Throws gerbil::Error.
using Action = std::function<int()>;

// Each add_…() describes one command to the parser. When the command line names it, the parser checks everything that
// the words alone can tell, throwing gerbil::Error or CLI::ParseError, and sets `action`; it reads and computes
// nothing.
void add_run(CLI::App& app, Action& action);
void add_chat(CLI::App& app, Action& action);
void add_serve(CLI::App& app, Action& action);
void add_pull(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_embed(CLI::App& app, Action& action);
void add_rerank(CLI::App& app, Action& action);
void add_similarity(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_render(CLI::App& app, Action& action);
void add_tokenize(CLI::App& app, Action& action);
void add_logits(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);

}  // namespace gerbil::cli
