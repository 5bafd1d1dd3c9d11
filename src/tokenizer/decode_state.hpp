// What a streaming decoder remembers between two tokens.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gerbil::tokenizer {

struct DecodeState {
  struct Step {
    std::size_t count = 0;  // tokens seen, or characters stripped
    std::string held;       // bytes that are not certain yet
  };
  std::vector<Step> steps;  // one for each step of the decoder
};

}  // namespace gerbil::tokenizer
