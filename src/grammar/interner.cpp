#include "grammar/interner.hpp"

#include <algorithm>

namespace gerbil::grammar {
namespace {

std::size_t hash(Words words) {
  std::uint64_t sum = 0x9e3779b97f4a7c15u ^ words.size();
  for (const std::uint32_t word : words) {
    sum = (sum ^ word) * 0xff51afd7ed558ccdu;
    sum ^= sum >> 32;
  }
  return sum;
}

}  // namespace

void Interner::grow() {
  slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), 0);
  for (std::uint32_t number = 0; number < size(); ++number) {
    std::size_t slot = hash((*this)[number]) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = number + 1;
  }
}

std::uint32_t Interner::intern(Words words) {
  if (2 * (size() + 1) > slots_.size()) grow();
  std::size_t slot = hash(words) & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    if (std::ranges::equal((*this)[slots_[slot] - 1], words)) return slots_[slot] - 1;
  }
  words_.insert(words_.end(), words.begin(), words.end());
  begins_.push_back(words_.size());
  slots_[slot] = static_cast<std::uint32_t>(size());
  return slots_[slot] - 1;
}

}  // namespace gerbil::grammar
