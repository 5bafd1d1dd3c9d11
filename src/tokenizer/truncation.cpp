#include "tokenizer/truncation.hpp"

#include <algorithm>

namespace gerbil::tokenizer {

std::pair<std::size_t, std::size_t> pair_sizes(std::size_t first, std::size_t second, std::size_t room) {
  if (first <= room && second <= room - first) return {first, second};
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter > room || longer > room - shorter) {  // both are too long: the longer one gets the odd token
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  return first > second ? std::pair(longer, shorter) : std::pair(shorter, longer);
}

}  // namespace gerbil::tokenizer
