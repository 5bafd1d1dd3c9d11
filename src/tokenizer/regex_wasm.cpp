#ifdef __EMSCRIPTEN__
#include <cstdint>

#include "tokenizer/errors.hpp"
#include "tokenizer/regex.hpp"
#include "tokenizer/regex_syntax.hpp"

extern "C" {  // platform.js
int gerbil_regex_compile(const char* pattern, int size);
int gerbil_regex_find_all(int expression, const char* data, int size);
void gerbil_numbers_take(std::uint32_t* out);
}

namespace gerbil::tokenizer {

struct Regex::Compiled {
  int expression;
};

Regex::Regex(std::string_view pattern) {
  const TranslatedRegex translated = translate_regex(pattern, RegexDialect::ecmascript);
  const int expression = gerbil_regex_compile(translated.pattern.data(), static_cast<int>(translated.pattern.size()));
  if (expression < 0) corrupt("The regular expression \"" + std::string(pattern) + "\" is not valid.");
  compiled_ = std::make_shared<const Compiled>(Compiled{expression});
}

void Regex::find_all(std::string_view text, std::vector<Span>& matches) const {
  const int found = gerbil_regex_find_all(compiled_->expression, text.data(), static_cast<int>(text.size()));
  std::vector<std::uint32_t> ends(2 * static_cast<std::size_t>(found));
  gerbil_numbers_take(ends.data());
  matches.clear();
  for (std::size_t i = 0; i < ends.size(); i += 2) matches.push_back({ends[i], ends[i + 1]});
}

}  // namespace gerbil::tokenizer
#endif
