// Translates Oniguruma's Ruby syntax, in which tokenizer.json writes its patterns, to the engine that gerbil has.
// Reference: doc/RE and doc/SYNTAX.md of Oniguruma 6.9.
#pragma once

#include <string>
#include <string_view>

namespace gerbil::tokenizer {

enum class RegexDialect {
  pcre2,       // compiled with PCRE2_UTF | PCRE2_UCP
  ecmascript,  // compiled with the flags "v" and "g"
};

struct TranslatedRegex {
  std::string pattern;
  bool nested_classes = false;  // uses [a[b]] or [a&&[b]]: PCRE2 needs PCRE2_ALT_EXTENDED_CLASS
};

// What differs between the engines, and is therefore written out: \s, \d, \w, \h and \b by Unicode properties; ^, $ and
// the dot (Ruby's are line anchors that know only \n); scripts without their extensions; `{n,m}+`, which repeats and is
// not possessive; possessive quantifiers and atomic groups, which ECMAScript lacks; isolated options `(?i)`, which
// group what follows. Captures become plain groups. Throws Error{corrupt|unsupported} naming the pattern.
TranslatedRegex translate_regex(std::string_view pattern, RegexDialect dialect);

// A pattern, in the syntax that translate_regex reads, that matches `literal` and nothing else.
std::string regex_escape(std::string_view literal);

}  // namespace gerbil::tokenizer
