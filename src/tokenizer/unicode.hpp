// Normal forms, case and graphemes. The tables are those of utf8proc natively and of the platform's String and
// Intl.Segmenter in WebAssembly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gerbil::tokenizer {

enum class NormalForm { nfc, nfd, nfkc, nfkd };

// `text` (well-formed UTF-8) in the normal form (Unicode Standard Annex 15), as the reference knows it: see
// normal_form.cpp.
std::string normalize(std::string_view text, NormalForm form);

// Each character of `text` in lower case by itself, without context: the final sigma is σ, İ becomes i̇.
std::string lowercase(std::string_view text);

// Where each extended grapheme cluster of `text` (Unicode Standard Annex 29) ends, in bytes.
void find_graphemes(std::string_view text, std::vector<std::size_t>& ends);

// What the platform has for normalize(): appends the normal form of `text` to `result`.
void append_normalized(std::string& result, std::string_view text, NormalForm form);

}  // namespace gerbil::tokenizer
