// The two ways in which a tokenizer.json can be refused.
#pragma once

#include <string>

#include "gerbil/error.hpp"

namespace gerbil::tokenizer {

// The file contradicts its own format.
[[noreturn]] inline void corrupt(const std::string& sentence) {
  throw Error(ErrorCode::corrupt, "[tokenizer] " + sentence);
}

// The file is valid, but asks for something that gerbil does not implement.
[[noreturn]] inline void unsupported(const std::string& sentence) {
  throw Error(ErrorCode::unsupported, "[tokenizer] " + sentence);
}

}  // namespace gerbil::tokenizer
