#ifdef __EMSCRIPTEN__
#include <emscripten/em_js.h>

#include "tokenizer/errors.hpp"
#include "tokenizer/regex.hpp"
#include "tokenizer/regex_syntax.hpp"

// The platform's RegExp. A compiled pattern is an index into a list that lives as long as the module.
// clang-format off
EM_JS(int, gerbil_regex_compile, (const char* pattern, int size), {
  const expressions = (globalThis.gerbilExpressions = globalThis.gerbilExpressions || []);
  try {
    expressions.push(new RegExp(new TextDecoder().decode(HEAPU8.slice(pattern, pattern + size)), "vg"));
  } catch (error) {
    return -1;
  }
  return expressions.length - 1;
});

// Finds all matches and returns their number; gerbil_regex_take copies them. Offsets are turned from UTF-16 to bytes.
EM_JS(int, gerbil_regex_find_all, (int expression, const char* data, int size), {
  const text = new TextDecoder("utf-8", {ignoreBOM: true}).decode(HEAPU8.slice(data, data + size));
  const regex = globalThis.gerbilExpressions[expression];
  const found = (globalThis.gerbilMatches = []);
  let unit = 0, byte = 0;
  const bytesUntil = (end) => {
    for (; unit < end; ++unit) {
      const code = text.charCodeAt(unit);
      if (code >= 0xd800 && code < 0xdc00) { byte += 4; ++unit; }
      else byte += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    }
    return byte;
  };
  let last = -1;
  regex.lastIndex = 0;
  for (let match; (match = regex.exec(text)); ) {
    const begin = match.index;
    const end = begin + match[0].length;
    if (begin === end && begin === last) {
      regex.lastIndex = end + (text.codePointAt(end) > 0xffff ? 2 : 1);
      continue;
    }
    found.push(bytesUntil(begin), bytesUntil(end));
    regex.lastIndex = last = end;
  }
  return found.length / 2;
});

EM_JS(void, gerbil_regex_take, (void* spans), {
  HEAPU32.set(globalThis.gerbilMatches, spans >> 2);
});
// clang-format on

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
  static_assert(sizeof(Span) == 8, "gerbil_regex_take writes pairs of 32-bit numbers");
  matches.resize(static_cast<std::size_t>(
      gerbil_regex_find_all(compiled_->expression, text.data(), static_cast<int>(text.size()))));
  gerbil_regex_take(matches.data());
}

}  // namespace gerbil::tokenizer
#endif
