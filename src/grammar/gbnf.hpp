// Grammars as llama.cpp writes them (GBNF, grammars/README.md there): rules NAME ::= …, of literals, characters, '.',
// names, groups, alternatives, * + ? {m} {m,} {m,n}, comments, and special tokens by id, <[1000]>, or by text, <|end|>.
// The answer is the rule `root`. Rules may be recursive in any way, to the left too.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "grammar/grammar.hpp"

namespace gerbil::grammar {

// The id of the special token with this text.
using FindToken = std::function<std::optional<std::uint32_t>(std::string_view)>;

// Throws Error{invalid_argument} naming the line. Rules that are regular become lexemes.
Productions parse_gbnf(std::string_view text, const Limits& limits, const FindToken& find_token = {});

}  // namespace gerbil::grammar
