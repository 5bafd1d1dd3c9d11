#include "tokenizer/byte_level.hpp"

#include <array>
#include <cstdint>

#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

struct Alphabet {
  std::array<char16_t, 256> character{};
  std::array<std::int16_t, 0x144> byte{};  // by character; -1 where there is none
};

// Printable Latin-1 stands for itself, everything else for U+0100 and up, in the order of the bytes.
constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.byte.fill(-1);
  char16_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const char16_t character = printable ? static_cast<char16_t>(byte) : next++;
    alphabet.character[byte] = character;
    alphabet.byte[character] = static_cast<std::int16_t>(byte);
  }
  return alphabet;
}

constexpr Alphabet alphabet = make_alphabet();

}  // namespace

std::string bytes_to_characters(std::string_view text) {
  std::string characters;
  characters.reserve(text.size() * 2);
  for (const char byte : text) append_utf8(characters, alphabet.character[static_cast<std::uint8_t>(byte)]);
  return characters;
}

std::optional<std::string> characters_to_bytes(std::string_view token) {
  std::string bytes;
  for (std::size_t at = 0; at < token.size();) {
    const Utf8Unit unit = utf8_unit(token, at);
    at += unit.size;
    if (unit.code_point >= alphabet.byte.size() || alphabet.byte[unit.code_point] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(alphabet.byte[unit.code_point]));
  }
  return bytes;
}

}  // namespace gerbil::tokenizer
