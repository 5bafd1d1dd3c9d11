// What a GBNF text says, before it is a grammar.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grammar/gbnf.hpp"

namespace gerbil::grammar {

struct GbnfNode {
  enum class Kind { characters, token, name, sequence, either, repetition };
  Kind kind = Kind::sequence;
  std::uint32_t value = 0;  // of characters: the expression; of a token: its id; of a name: the rule
  std::uint32_t least = 0;  // of a repetition
  std::uint32_t most = unbounded;
  std::vector<GbnfNode> parts = {};  // of the last three
};

struct GbnfRule {
  std::string name;
  GbnfNode body;
  std::size_t line = 0;  // where it is defined, or used first
  bool defined = false;
};

// The rules in the order in which they are named. Throws Error{invalid_argument} naming the line.
std::vector<GbnfRule> parse_gbnf_rules(Expressions& expressions, std::string_view text, const FindToken& find_token);

}  // namespace gerbil::grammar
