// The scores of a Unigram model as the reference reads them.
#pragma once

#include <string_view>

namespace gerbil::tokenizer {

// The value of `number`, a number of JSON, by the arithmetic of the crate serde_json 1.0 (without float_roundtrip): the
// digits as a whole number, then one multiplication or division by a power of ten. This can be off by one unit in the
// last place, and which of two divisions with equal sums is found depends on it. Infinite when it is too large.
double reference_value(std::string_view number);

}  // namespace gerbil::tokenizer
