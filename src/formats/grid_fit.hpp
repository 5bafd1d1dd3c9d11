// Scales and biases for numbers that are to be quantised.
#pragma once

#include <cstdint>

namespace gerbil::formats {

// Groups of `group` consecutive numbers, `groups` of them, as unsigned codes of `bits` bits: w ≈ scale · code + bias.
// bits: 4 or 8; group: a multiple of 8, at most 128. Writes groups × group codes (a byte each), groups scales and
// groups biases. These are numbers of 16-bit floats, so that every backend computes with the same ones.
//
// 8 bits spread over the range from the smallest to the largest number. With 4 bits, what is lost depends on where the
// grid lies: ends of the range that are drawn in by 0, 5 or 12 % on either side are tried, each grid is moved to where
// the squares of the errors are smallest for the codes that it gives (linear regression), and the best of the nine is
// moved twice more with new codes. It is kept where its error is smaller than the whole range's. No data is needed.
void fit_grid(const float* values, std::int64_t groups, int group, int bits, std::uint8_t* codes, float* scales,
              float* biases);

}  // namespace gerbil::formats
