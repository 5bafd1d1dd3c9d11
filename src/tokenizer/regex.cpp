#ifndef __EMSCRIPTEN__
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizer/regex.hpp"

#include <pcre2.h>

#include <cstdint>

#include "tokenizer/errors.hpp"
#include "tokenizer/regex_syntax.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

// A step is one attempt to match at one place. A published pattern needs about as many as the text has characters;
// PCRE2's own default of ten million is too few for a run of a few megabytes and too many for nested repetition.
constexpr std::uint32_t match_limit = 200'000'000;
constexpr std::size_t jit_stack_limit = 16u << 20;  // bytes; grows only when a pattern backtracks

std::string pcre2_message(int code) {
  PCRE2_UCHAR buffer[256];
  if (pcre2_get_error_message(code, buffer, sizeof buffer) < 0) return "error " + std::to_string(code);
  return reinterpret_cast<const char*>(buffer);
}

// What a thread needs to match, for any pattern: matching writes here and never to the compiled pattern.
struct Matcher {
  Matcher() {
    pcre2_set_match_limit(context, match_limit);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Matcher() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32u << 10, jit_stack_limit, nullptr);
};

}  // namespace

struct Regex::Compiled {
  explicit Compiled(std::string_view source) : pattern(source) {
    const TranslatedRegex translated = translate_regex(source, RegexDialect::pcre2);
    pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    const std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C |
                                  (translated.nested_classes ? PCRE2_ALT_EXTENDED_CLASS : 0);
    int error = 0;
    PCRE2_SIZE offset = 0;
    code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.pattern.data()), translated.pattern.size(), options,
                         &error, &offset, context);
    pcre2_compile_context_free(context);
    if (!code) {
      corrupt("The regular expression \"" + pattern + "\" is not valid: " + pcre2_message(error) + ".");
    }
    jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
  }
  ~Compiled() { pcre2_code_free(code); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  std::string pattern;
  pcre2_code* code = nullptr;
  bool jit = false;
};

Regex::Regex(std::string_view pattern) : compiled_(std::make_shared<const Compiled>(pattern)) {}

void Regex::find_all(std::string_view text, std::vector<Span>& matches) const {
  thread_local Matcher matcher;
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const PCRE2_SIZE* found = pcre2_get_ovector_pointer(matcher.data);
  matches.clear();
  std::size_t at = 0;
  while (at <= text.size()) {
    const int result = compiled_->jit ? pcre2_jit_match(compiled_->code, subject, text.size(), at, PCRE2_NO_UTF_CHECK,
                                                        matcher.data, matcher.context)
                                      : pcre2_match(compiled_->code, subject, text.size(), at, PCRE2_NO_UTF_CHECK,
                                                    matcher.data, matcher.context);
    if (result == PCRE2_ERROR_NOMATCH) return;
    if (result < 0) {
      throw Error(ErrorCode::invalid_argument, "[tokenizer] The regular expression \"" + compiled_->pattern +
                                                   "\" gave up on a text of " + std::to_string(text.size()) +
                                                   " bytes: " + pcre2_message(result) + ".");
    }
    const Span match = {found[0], found[1]};
    if (match.begin == match.end && !matches.empty() && matches.back().end == match.end) {
      at += at < text.size() ? utf8_unit(text, at).size : 1;
      continue;
    }
    matches.push_back(match);
    at = match.end;
  }
}

}  // namespace gerbil::tokenizer
#endif
