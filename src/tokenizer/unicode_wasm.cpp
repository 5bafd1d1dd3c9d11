#ifdef __EMSCRIPTEN__
#include <emscripten/em_js.h>

#include "tokenizer/unicode.hpp"

// Both leave their result for gerbil_text_take and return its size in bytes.
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

}  // namespace gerbil::tokenizer
#endif
