// Names of Unicode properties, as \p{…} of Oniguruma knows them.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/regex_syntax.hpp"

namespace gerbil::tokenizer {

// What stands inside a character class for \p{name}: "\p{L}", "\p{sc:Han}". `name` may be a general category (short or
// long), a binary property or POSIX bracket name in the list, or a script; case, spaces, '-' and '_' do not count,
// except in scripts, which must be written as Unicode does.
std::string property_in_class(std::string_view name, bool negated, RegexDialect dialect);

}  // namespace gerbil::tokenizer
