// What the environment of the process says.
#pragma once

#include <string>

namespace gerbil {

// The value of an environment variable; empty when it is not set.
std::string environment(const char* name);

// A path with "~" and "$NAME" or "${NAME}" replaced; a variable that is not set stays as it is.
// Reference: Python's os.path.expanduser and expandvars, which huggingface_hub applies.
std::string expanded_path(std::string path);

}  // namespace gerbil
