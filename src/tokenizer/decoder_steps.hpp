// What the steps of a decoder make of one token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenizer/decoder.hpp"

namespace gerbil::tokenizer {

std::string strip(const StripCharacter& step, std::string_view token);

// The byte that a token of byte fallback stands for: "<0xE2>" is 0xE2.
std::optional<char> fallback_byte(std::string_view token);

std::string join(const JoinWordPieces& step, std::string token, bool first);

}  // namespace gerbil::tokenizer
