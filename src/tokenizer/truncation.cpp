#include "tokenizer/truncation.hpp"

#include <algorithm>
#include <string>

#include "gerbil/error.hpp"

namespace gerbil::tokenizer {
namespace {

// The length of the text that is cut where the other one keeps its own.
std::size_t rest(std::size_t other, std::size_t room) {
  if (other < room) return room - other;
  throw Error(ErrorCode::invalid_argument,
              "[tokenizer] Of a pair only one text may be cut, but the other one alone has " + std::to_string(other) +
                  " tokens, where there is room for " + std::to_string(room) + ".");
}

}  // namespace

std::pair<std::size_t, std::size_t> pair_sizes(std::size_t first, std::size_t second, std::size_t room,
                                               Truncation truncation) {
  if (first <= room && second <= room - first) return {first, second};
  if (truncation == Truncation::only_first) return {rest(second, room), second};
  if (truncation == Truncation::only_second) return {first, rest(first, room)};
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter > room || longer > room - shorter) {  // both are too long: the longer one gets the odd token
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  return first > second ? std::pair(longer, shorter) : std::pair(shorter, longer);
}

}  // namespace gerbil::tokenizer
