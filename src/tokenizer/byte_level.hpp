// The byte-level alphabet of GPT-2: every byte is a printable character, so that any text is a word of known symbols.
// Reference: bytes_to_unicode of openai/gpt-2, src/encoder.py.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gerbil::tokenizer {

// The characters of the bytes of `text`, in UTF-8.
std::string bytes_to_characters(std::string_view text);

// The bytes of the characters of `token` (well-formed UTF-8); empty when one of them is not in the alphabet.
std::optional<std::string> characters_to_bytes(std::string_view token);

}  // namespace gerbil::tokenizer
