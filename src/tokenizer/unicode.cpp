#ifndef __EMSCRIPTEN__
#include "tokenizer/unicode.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "gerbil/error.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

utf8proc_option_t options_of(NormalForm form) {
  constexpr int stable = UTF8PROC_STABLE;
  switch (form) {
    case NormalForm::nfc:
      return static_cast<utf8proc_option_t>(stable | UTF8PROC_COMPOSE);
    case NormalForm::nfd:
      return static_cast<utf8proc_option_t>(stable | UTF8PROC_DECOMPOSE);
    case NormalForm::nfkc:
      return static_cast<utf8proc_option_t>(stable | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    default:
      return static_cast<utf8proc_option_t>(stable | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  }
}

}  // namespace

void append_normalized(std::string& result, std::string_view text, NormalForm form) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, options_of(form));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) {
    throw Error(ErrorCode::internal,
                std::string("[tokenizer] Unicode normalisation failed: ") + utf8proc_errmsg(size) + ".");
  }
  result.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

std::string lowercase(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Unit unit = utf8_unit(text, at);
    at += unit.size;
    if (unit.code_point == 0x130) {
      result += "i\u0307";  // the only character whose lower case is two (SpecialCasing.txt); utf8proc knows one
    } else {
      append_utf8(result, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(unit.code_point))));
    }
  }
  return result;
}

void find_graphemes(std::string_view text, std::vector<std::size_t>& ends) {
  ends.clear();
  utf8proc_int32_t state = 0;
  char32_t previous = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Unit unit = utf8_unit(text, at);
    if (at > 0 && utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                                   static_cast<utf8proc_int32_t>(unit.code_point), &state)) {
      ends.push_back(at);
    }
    previous = unit.code_point;
    at += unit.size;
  }
  if (!text.empty()) ends.push_back(text.size());
}

}  // namespace gerbil::tokenizer
#endif
