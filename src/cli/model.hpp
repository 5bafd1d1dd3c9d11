// Which model a command means, and loading it with progress and warnings.
#pragma once

#include <string>

#include "gerbil/engine.hpp"

namespace gerbil::cli {

// What a command's MODEL may be.
inline constexpr const char* kModelHelp =
    "A directory, the id of a model in the Hugging Face cache, or nano or nano-embed, which come with gerbil";

// The directory of a model that comes with gerbil, "nano" or "nano-embed": in $GERBIL_MODELS when that variable is set,
// otherwise in models of the repository that the program was built in, otherwise in share/gerbil/models of the prefix
// that it was installed to. Throws Error{not_found} naming where it looked.
std::string builtin_model(const std::string& name);

// `name` as Engine::load takes it; that of a built-in model means it unless a directory of that name exists here.
std::string resolve_model(const std::string& name);

// Whether a single word of a command line means a model rather than a prompt: an existing directory, or a name without
// spaces that can only be one ("owner/model", "./path", "random:shape", a built-in model).
bool looks_like_model(const std::string& word);

// Engine::load with a progress bar, and the engine's warnings on stderr.
Engine load_engine(const std::string& model, LoadOptions options);

// The same for a command that generates text. Throws Error{unsupported} for a model that does something else, naming
// the command for it.
Engine load_generator(const std::string& model, const LoadOptions& options);

}  // namespace gerbil::cli
