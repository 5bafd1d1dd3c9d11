#ifdef __EMSCRIPTEN__
#include <cstdint>

#include "tokenizer/unicode.hpp"

extern "C" {  // platform.js
int gerbil_text_normalize(const char* data, int size, int form);
int gerbil_text_lowercase(const char* data, int size);
void gerbil_text_take(char* out);
int gerbil_text_graphemes(const char* data, int size);
void gerbil_numbers_take(std::uint32_t* out);
}

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
  std::vector<std::uint32_t> taken(
      static_cast<std::size_t>(gerbil_text_graphemes(text.data(), static_cast<int>(text.size()))));
  gerbil_numbers_take(taken.data());
  ends.assign(taken.begin(), taken.end());
}

}  // namespace gerbil::tokenizer
#endif
