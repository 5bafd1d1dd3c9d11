// Which model a command means, and loading it with progress and warnings.
#pragma once

#include <string>

#include "gerbil/engine.hpp"

namespace gerbil::cli {

// The directory of the model that comes with gerbil: $GERBIL_MODELS/nano when that variable is set, otherwise
// models/nano of the repository that the program was built in, otherwise share/gerbil/models/nano of the prefix that it
// was installed to. Throws Error{not_found} naming where it looked.
std::string builtin_model();

// `name` as Engine::load takes it; "nano" is the built-in model unless a directory of that name exists here.
std::string resolve_model(const std::string& name);

// Whether a single word of a command line means a model rather than a prompt: an existing directory, or a name without
// spaces that can only be one ("owner/model", "./path", "random:shape", "nano").
bool looks_like_model(const std::string& word);

// Engine::load with a progress bar, and the engine's warnings on stderr.
Engine load_engine(const std::string& model, LoadOptions options);

}  // namespace gerbil::cli
