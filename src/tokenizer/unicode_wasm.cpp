#ifdef __EMSCRIPTEN__
#include <emscripten/em_js.h>

#include "tokenizer/unicode.hpp"

// The first two leave their result for gerbil_text_take and return its size in bytes.
// clang-format off
EM_JS(int, gerbil_text_normalize, (const char* data, int size, int form), {
  const text = new TextDecoder("utf-8", {ignoreBOM: true}).decode(HEAPU8.slice(data, data + size));
  globalThis.gerbilText = new TextEncoder().encode(text.normalize(["NFC", "NFD", "NFKC", "NFKD"][form]));
  return globalThis.gerbilText.length;
});

EM_JS(int, gerbil_text_lowercase, (const char* data, int size), {
  const text = new TextDecoder("utf-8", {ignoreBOM: true}).decode(HEAPU8.slice(data, data + size));
  globalThis.gerbilText = new TextEncoder().encode(Array.from(text, (character) => character.toLowerCase()).join(""));
  return globalThis.gerbilText.length;
});

// The ends of the graphemes, in bytes, as 32-bit numbers for gerbil_graphemes_take; returns how many.
EM_JS(int, gerbil_text_graphemes, (const char* data, int size), {
  const text = new TextDecoder("utf-8", {ignoreBOM: true}).decode(HEAPU8.slice(data, data + size));
  const segmenter = (globalThis.gerbilSegmenter = globalThis.gerbilSegmenter || new Intl.Segmenter("und"));
  const ends = (globalThis.gerbilGraphemes = []);
  let end = 0;
  for (const {segment} of segmenter.segment(text)) {
    for (const character of segment) {
      const code = character.codePointAt(0);
      end += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }
    ends.push(end);
  }
  return ends.length;
});

EM_JS(void, gerbil_graphemes_take, (void* ends), {
  HEAPU32.set(globalThis.gerbilGraphemes, ends >> 2);
});

EM_JS(void, gerbil_text_take, (char* out), {
  HEAPU8.set(globalThis.gerbilText, out);
});
// clang-format on

namespace gerbil::tokenizer {
namespace {

void append_taken(std::string& result, int size) {
  const std::size_t before = result.size();
  result.resize(before + static_cast<std::size_t>(size));
  gerbil_text_take(result.data() + before);
}

}  // namespace

void append_normalized(std::string& result, std::string_view text, NormalForm form) {
  append_taken(result, gerbil_text_normalize(text.data(), static_cast<int>(text.size()), static_cast<int>(form)));
}

std::string lowercase(std::string_view text) {
  std::string result;
  append_taken(result, gerbil_text_lowercase(text.data(), static_cast<int>(text.size())));
  return result;
}

void find_graphemes(std::string_view text, std::vector<std::size_t>& ends) {
  static_assert(sizeof(std::size_t) == 4, "gerbil_graphemes_take writes 32-bit numbers");
  ends.resize(static_cast<std::size_t>(gerbil_text_graphemes(text.data(), static_cast<int>(text.size()))));
  gerbil_graphemes_take(ends.data());
}

}  // namespace gerbil::tokenizer
#endif
