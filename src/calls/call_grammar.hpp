// The answers that are calls of tools, as a grammar: what an answer must fit that has to call one. It begins where
// reasoning has ended.
#pragma once

#include <string_view>

#include "base/json.hpp"
#include "calls/format.hpp"
#include "calls/tools.hpp"
#include "gerbil/message.hpp"
#include "grammar/gbnf.hpp"

namespace gerbil::calls {

// One call or more of one of the tools, or of the one that `choice` names; with `parallel` false, and in formats that
// have no way to write several, one. Arguments are values of the tool's schema, where they are JSON: a schema that
// declares properties and says nothing of others, has no others; those of a strict tool come in their order. Texts
// between tags and in formats that are not JSON keep the names, the required ones, the types, `enum` and `const` of a
// tool's own arguments, and nothing else. What is spelled as a special token is that token. Throws
// Error{invalid_argument} for a name that no tool has, and what grammar::parse_schema throws; pointers begin with the
// tool's name.
grammar::Productions tool_call_grammar(const ToolCallFormat& format, const Tools& tools, const ToolChoice& choice,
                                       bool parallel, const grammar::Limits& limits,
                                       const grammar::FindToken& find_token = {});

}  // namespace gerbil::calls
