#include "tokenizer/bert_normalizer.hpp"

#include <algorithm>

#include "tokenizer/character_class.hpp"
#include "tokenizer/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The blocks of CJK ideographs that BERT's authors named (google-research/bert, tokenization.py), but for one range
// that begins later in the reference.
bool is_ideograph(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df) ||
         (c >= 0x2a700 && c <= 0x2b73f) || (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

// Characters beyond ASCII. Each step but the normal form looks at one character at a time, and no mark moves across an
// ASCII character, so that runs of these can be taken by themselves.
void append_others(std::string& result, std::string_view text, const BertNormalizer& bert) {
  std::string spaced;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Unit unit = utf8_unit(text, at);
    const bool apart = bert.handle_chinese_chars && is_ideograph(unit.code_point);
    if (bert.clean_text && is_other(unit.code_point)) {
      // left out
    } else if (bert.clean_text && is_whitespace(unit.code_point)) {
      spaced += ' ';
    } else {
      if (apart) spaced += ' ';
      spaced.append(text, at, unit.size);
      if (apart) spaced += ' ';
    }
    at += unit.size;
  }
  if (bert.strip_accents) {
    const std::string decomposed = normalize(spaced, NormalForm::nfd);
    spaced.clear();
    for (std::size_t at = 0; at < decomposed.size();) {
      const Utf8Unit unit = utf8_unit(decomposed, at);
      if (!is_nonspacing_mark(unit.code_point)) spaced.append(decomposed, at, unit.size);
      at += unit.size;
    }
  }
  result += bert.lowercase ? lowercase(spaced) : spaced;
}

}  // namespace

BertNormalizer read_bert_normalizer(const Json& json) {
  const bool lower = json_value(json, "lowercase", true);
  BertNormalizer bert{json_value(json, "clean_text", true),
                      json_value(json, "handle_chinese_chars", true),
                      json_value(json, "strip_accents", lower),
                      lower,
                      {}};
  for (char32_t c = 0; c < bert.ascii.size(); ++c) {
    char& result = bert.ascii[c];
    result = static_cast<char>(lower && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    if (!bert.clean_text) continue;
    if (c == '\t' || c == '\n' || c == '\r') {
      result = ' ';
    } else if (is_other(c)) {
      result = BertNormalizer::removed;
    }
  }
  return bert;
}

std::string normalize(std::string_view text, const BertNormalizer& bert) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto other = static_cast<std::size_t>(std::find_if_not(begin, text.end(), is_ascii) - text.begin());
    for (; at < other; ++at) {
      const char c = bert.ascii[static_cast<std::uint8_t>(text[at])];
      if (c != BertNormalizer::removed) result += c;
    }
    const auto end = static_cast<std::size_t>(
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(other), text.end(), is_ascii) - text.begin());
    if (other < end) append_others(result, text.substr(other, end - other), bert);
    at = end;
  }
  return result;
}

}  // namespace gerbil::tokenizer
