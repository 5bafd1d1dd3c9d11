// How long the two texts of a pair may be.
#pragma once

#include <cstddef>
#include <utility>

namespace gerbil::tokenizer {

// The lengths to which texts of `first` and `second` tokens are cut so that both together have at most `room`: the
// longer one as far as the other's length, then both, as "longest_first" of utils/truncation.rs of Hugging Face
// tokenizers 0.23 does it. A length may be larger than the text's.
std::pair<std::size_t, std::size_t> pair_sizes(std::size_t first, std::size_t second, std::size_t room);

}  // namespace gerbil::tokenizer
