// What happens to a text before it is divided into words.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/bert_normalizer.hpp"
#include "tokenizer/character_map.hpp"
#include "tokenizer/regex.hpp"
#include "tokenizer/unicode.hpp"

namespace gerbil::tokenizer {

struct Lowercase {};
struct ReplaceMatches {
  Regex pattern;
  std::string content;
};
struct ReplaceLiteral {
  std::string literal;  // not empty
  std::string content;
};
struct PrependText {
  std::string text;
};
struct StripWhitespace {
  bool left;
  bool right;
};
struct StripAccents {};  // takes marks out
struct Nmt {};           // takes some control characters out and makes others spaces
struct BytesToCharacters {};
using NormalizerStep =
    std::variant<NormalForm, Lowercase, ReplaceMatches, ReplaceLiteral, PrependText, StripWhitespace, StripAccents, Nmt,
                 BytesToCharacters, BertNormalizer, std::shared_ptr<const CharacterMap>>;

struct Normalizer {
  std::vector<NormalizerStep> steps;

  // `text` is well-formed UTF-8, and so is the result. `keeps_start` becomes whether the result begins where `text`
  // does, and not after characters that were taken out.
  std::string apply(std::string_view text, bool* keeps_start = nullptr) const;
};

// Reads "normalizer" (null for none). Throws Error{unsupported} naming a type that is not implemented.
Normalizer read_normalizer(const Json& json);

// Replaces every match of `pattern`, or every occurrence of `literal`, in `text` by `content`.
std::string replace_all(std::string_view text, const Regex& pattern, std::string_view content);
std::string replace_all(std::string_view text, std::string_view literal, std::string_view content);

}  // namespace gerbil::tokenizer
