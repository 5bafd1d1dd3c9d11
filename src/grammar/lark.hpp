// Grammars as Lark writes them (lark-parser.readthedocs.io, "Grammar Reference"), as far as most of them go: rules and
// terminals NAME: … of strings (with the flag i), ranges "a".."z", patterns /…/, names, groups, [options],
// alternatives,
// * + ? ~n ~n..m, aliases, priorities, comments, %ignore, and %import of what is common. The answer is the rule
// `start`. There is no lexer that decides for the longest terminal: a text fits when it can be read in any way. What
// else Lark has is Error{unsupported}.
#pragma once

#include "grammar/gbnf_tree.hpp"

namespace gerbil::grammar {

// Whether a rule `start` is defined as Lark would.
bool is_lark(std::string_view text);

// As parse_gbnf_rules().
std::vector<GbnfRule> parse_lark_rules(Expressions& expressions, std::string_view text, const FindToken& find_token);

// The pattern of a terminal of Lark's grammar `common`; empty when there is none.
std::string_view common_terminal(std::string_view name);

}  // namespace gerbil::grammar
