// What a request's choice of tools asks for.
#pragma once

#include "gerbil/message.hpp"

namespace gerbil {

// Throws Error{invalid_argument} for a tool that there is not, and for a call that is required of no tools;
// Error{unsupported} for calls that must be, as nothing holds an answer to them yet: calls::tool_call_grammar() says
// what they are.
void check_tool_choice(const TemplateOptions& options);

}  // namespace gerbil
