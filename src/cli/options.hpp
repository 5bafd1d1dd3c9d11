// Options that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "gerbil/diagnostics.hpp"
#include "gerbil/generator.hpp"
#include "grammar_options.hpp"

namespace gerbil::cli {

// What a model is loaded to read.
enum class Reading { conversations, texts };

// How a model is loaded, as the command line gave it.
struct LoadFlags {
  LoadOptions options;
  LoadDiagnostics diagnostics;
};

// --device, --threads, --quantize, --group, --exact, --context, --cache for conversations, and --no-check where
// checking is the default. They write to `flags`, which must outlive the parser; its values at this call are the
// defaults.
void add_load_options(CLI::App& app, LoadFlags& flags, Reading reading = Reading::conversations);

// How an answer is generated, as the command line gave it.
struct GenerationFlags {
  GenerateOptions options;
  GenerateDiagnostics diagnostics;
  std::string system;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> tools;  // a file
  GrammarFlags grammar;              // of commands that have its options
};

// --max-tokens, the sampling options, --stop, --think, --tools, --system, … They write to `flags`.
void add_generation_options(CLI::App& app, GenerationFlags& flags);

// The options with the tools and the grammar that are in their files, and with their seed: the one given, otherwise a
// new one, so that sampled answers differ from run to run. Throws what read_tools throws.
GenerateOptions resolve(const GenerationFlags& flags);

// Says on stderr what of the options the model will not see: the system message of a raw prompt, tools and thinking
// that its chat template does not read.
void warn_of_unused(const Model& model, const GenerateOptions& options, std::string_view system = {});

// An option whose empty value is not the same as none: CLI11 keeps an empty std::optional for "".
CLI::Option* add_text(CLI::App& app, const std::string& names, std::optional<std::string>& target,
                      const std::string& description);

}  // namespace gerbil::cli
