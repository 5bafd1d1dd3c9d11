// The normaliser of BERT: control characters out, ideographs apart, accents off, lower case.
// Reference: `normalizers::bert` of Hugging Face tokenizers 0.23.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace gerbil::tokenizer {

struct BertNormalizer {
  bool clean_text;            // takes control characters out, makes all white space spaces
  bool handle_chinese_chars;  // puts spaces around ideographs
  bool strip_accents;         // takes the nonspacing marks of the normal form NFD out
  bool lowercase;
  std::array<char, 128> ascii;  // what becomes of each ASCII character; removed where it is taken out

  static constexpr char removed = '\xff';
};

// Reads the component. strip_accents is as lowercase where the file leaves it open.
BertNormalizer read_bert_normalizer(const Json& json);

// `text` is well-formed UTF-8, and so is the result.
std::string normalize(std::string_view text, const BertNormalizer& bert);

}  // namespace gerbil::tokenizer
