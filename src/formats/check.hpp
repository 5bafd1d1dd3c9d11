// Does a weight look like one? Finds files that were damaged, or written by a quantiser that went wrong, before the
// model answers with noise.
#pragma once

#include <string>
#include <vector>

#include "formats/weight.hpp"

namespace gerbil::formats {

enum class CheckMode {
  // At most eight blocks of eight neighbouring rows, spread evenly with the first and the last row among them: cheap
  // enough for every load, and damage rarely spares all of them. Small weights are read whole.
  sampled,
  full,
};

// A full sentence for each finding; empty when nothing is suspicious. Reports values and scales that are NaN or
// infinite, magnitudes that no trained model has, and matrices whose numbers, scales or codes are all the same.
std::vector<std::string> check_weight(const Weight& weight, CheckMode mode = CheckMode::sampled);

}  // namespace gerbil::formats
