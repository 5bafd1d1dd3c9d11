// How long the two texts of a pair may be.
#pragma once

#include <cstddef>
#include <utility>

namespace gerbil::tokenizer {

// Off which text of a pair is cut what is too much.
enum class Truncation {
  longest_first,  // the longer one, then both
  only_first,
  only_second,
};

// The lengths to which texts of `first` and `second` tokens are cut so that both together have at most `room`: the
// longer one as far as the other's length, then both, as "longest_first" of utils/truncation.rs of Hugging Face
// tokenizers 0.23 does it. A length may be larger than the text's.
//
// The other ways cut one text alone. Throws Error{invalid_argument} when that is not enough.
std::pair<std::size_t, std::size_t> pair_sizes(std::size_t first, std::size_t second, std::size_t room,
                                               Truncation truncation = Truncation::longest_first);

}  // namespace gerbil::tokenizer
