#include "tokenizer/character_map.hpp"

#include "tokenizer/errors.hpp"
#include "tokenizer/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr std::size_t longest_grapheme = 5;  // bytes; longer ones are taken apart

// The parts of a unit of the double array.
constexpr std::uint32_t value_bit = 1u << 31;
bool is_value(std::uint32_t unit) { return (unit & value_bit) != 0; }
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t label_of(std::uint32_t unit) { return unit & (value_bit | 0xff); }
std::uint32_t offset_of(std::uint32_t unit) { return unit >> 10 << ((unit & 1u << 9) >> 6); }

std::uint32_t read_number(std::string_view data, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(data[at + i]);
  return number;
}

// After this no walk from the root leaves the trie and no value it finds lies outside the values.
void check_trie(const CharacterMap& map) {
  for (std::uint32_t place = 0; place < map.trie.size(); ++place) {
    const std::uint32_t unit = map.trie[place];
    if (is_value(unit) && place != 0) continue;  // the root is a node, whatever it says
    const std::uint32_t children = place ^ offset_of(unit);
    if ((children | 0xff) >= map.trie.size()) {
      corrupt("Unit " + std::to_string(place) + " of the precompiled_charsmap leads to " + std::to_string(children) +
              ", outside of its " + std::to_string(map.trie.size()) + " units.");
    }
    if (!has_leaf(unit)) continue;
    const std::uint32_t value = map.trie[children] & ~value_bit;
    const bool inside = value < map.values.size();
    if (!inside || (static_cast<std::uint8_t>(map.values[value]) & 0xc0) == 0x80) {
      corrupt("The precompiled_charsmap has a value at byte " + std::to_string(value) + " of its " +
              std::to_string(map.values.size()) + " bytes of text, where no text begins.");
    }
  }
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Whether a grapheme surely ends between two characters.
bool is_boundary(char left, char right) { return is_ascii(left) && is_ascii(right) && (left != '\r' || right != '\n'); }

void append_grapheme(std::string& result, const CharacterMap& map, std::string_view grapheme) {
  if (grapheme.size() <= longest_grapheme) {
    if (const auto mapped = find_mapped(map, grapheme)) {
      result += *mapped;
      return;
    }
  }
  for (std::size_t at = 0; at < grapheme.size();) {
    const std::string_view character = grapheme.substr(at, utf8_unit(grapheme, at).size);
    result += find_mapped(map, character).value_or(character);
    at += character.size();
  }
}

}  // namespace

CharacterMap read_character_map(std::string_view data) {
  if (data.size() < 4) corrupt("The precompiled_charsmap has no trie.");
  const std::uint32_t size = read_number(data, 0);
  data.remove_prefix(4);
  if (size == 0 || size % 4 != 0 || size > data.size()) {
    corrupt("The precompiled_charsmap has a trie of " + std::to_string(size) +
            " bytes; this should be a multiple of 4 and at most the " + std::to_string(data.size()) + " that follow.");
  }
  CharacterMap map;
  map.trie.resize(size / 4);
  for (std::size_t i = 0; i < map.trie.size(); ++i) map.trie[i] = read_number(data, 4 * i);
  map.values = data.substr(size);
  std::string storage;
  if (well_formed_utf8(map.values, storage).data() != map.values.data()) {
    corrupt("The text of the precompiled_charsmap is not UTF-8.");
  }
  check_trie(map);
  return map;
}

std::optional<std::string_view> find_mapped(const CharacterMap& map, std::string_view text) {
  std::uint32_t place = offset_of(map.trie[0]);
  for (const char byte : text) {
    const auto label = static_cast<std::uint8_t>(byte);
    if (label == 0) break;
    place ^= label;
    const std::uint32_t unit = map.trie[place];
    if (label_of(unit) != label) break;
    place ^= offset_of(unit);
    if (has_leaf(unit)) {
      const std::string_view value = std::string_view(map.values).substr(map.trie[place] & ~value_bit);
      return value.substr(0, value.find('\0'));
    }
  }
  return std::nullopt;
}

std::string apply(const CharacterMap& map, std::string_view text) {
  std::string result;
  result.reserve(text.size());
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && !is_boundary(text[end - 1], text[end])) ++end;
    if (end == at + 1) {
      const auto mapped = find_mapped(map, text.substr(at, 1));
      result += mapped.value_or(text.substr(at, 1));
    } else {
      const std::string_view part = text.substr(at, end - at);
      find_graphemes(part, ends);
      std::size_t begin = 0;
      for (const std::size_t grapheme_end : ends) {
        append_grapheme(result, map, part.substr(begin, grapheme_end - begin));
        begin = grapheme_end;
      }
    }
    at = end;
  }
  return result;
}

}  // namespace gerbil::tokenizer
