// Which model a command means, and loading it with progress and warnings.
#pragma once

#include <string>

#include "gerbil/diagnostics.hpp"
#include "gerbil/model.hpp"
#include "options.hpp"

namespace gerbil::cli {

// What a command's MODEL may be.
inline constexpr const char* kModelHelp =
    "A directory, the id of a model in the Hugging Face cache (see gerbil pull), or nano or nano-embed, which come "
    "with "
    "gerbil";

// The directory of a model that comes with gerbil, "nano" or "nano-embed": in $GERBIL_MODELS when that variable is set,
// otherwise in models of the repository that the program was built in, otherwise in share/gerbil/models of the prefix
// that it was installed to. Throws Error{not_found} naming where it looked.
std::string builtin_model(const std::string& name);

// `name` as Model::load takes it; that of a built-in model means it unless a directory of that name exists here.
std::string resolve_model(const std::string& name);

// Whether a single word of a command line means a model rather than a prompt: an existing directory, or a name without
// spaces that can only be one ("owner/model", "./path", "random:shape", a built-in model).
bool looks_like_model(const std::string& word);

// Model::load with a progress bar, and the model's warnings on stderr.
Model load_model(const std::string& model, LoadFlags flags);

}  // namespace gerbil::cli
