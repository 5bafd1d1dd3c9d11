// What a request's choice of tools asks for.
#pragma once

#include "gerbil/generator.hpp"

namespace gerbil {

// Whether the answer has to call tools. Throws Error{invalid_argument} for a tool that there is not, for a call that is
// required of no tools, and for one beside a grammar.
bool requires_calls(const GenerateOptions& options);

}  // namespace gerbil
