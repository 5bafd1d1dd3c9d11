// The tokens of a model and their ids.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/file.hpp"

namespace gerbil::tokenizer {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using Vocabulary = std::unordered_map<std::string, std::int32_t, StringHash, std::equal_to<>>;

struct TokenTable {
  Vocabulary ids;
  std::vector<std::string> tokens;  // by id; empty where an id is not used
  std::vector<std::string> warnings;
};

// model.vocab as an object from tokens to ids. Of a token that occurs twice the last id holds, as in the reference; an
// id of two tokens is written as the first. Both are warnings.
TokenTable read_token_table(const TokenizerFile& file);

// The id of `token`. Throws Error{corrupt}, a sentence that begins with `reason`, when the table does not hold it.
std::int32_t required_id(const TokenTable& table, const std::string& token, const std::string& reason);

// The ids of the tokens of byte fallback, "<0x00>" to "<0xFF>"; -1 for those that the table does not hold.
using ByteTokens = std::array<std::int32_t, 256>;
ByteTokens find_byte_tokens(const TokenTable& table);

}  // namespace gerbil::tokenizer
