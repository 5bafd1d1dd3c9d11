// Hash-consing: equal sequences of words get the same number, so that values made of such numbers are compared at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gerbil::grammar {

using Words = std::span<const std::uint32_t>;

class Interner {
 public:
  // The number of `words`: 0, 1, 2… in the order in which they were first seen.
  std::uint32_t intern(Words words);

  // Valid until the next call of intern().
  Words operator[](std::uint32_t number) const {
    return Words(words_).subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }

  std::size_t size() const { return begins_.size() - 1; }
  std::size_t words() const { return words_.size(); }
  std::size_t bytes() const { return 4 * (words_.capacity() + slots_.capacity()) + 8 * begins_.capacity(); }

 private:
  void grow();

  std::vector<std::uint32_t> words_;
  std::vector<std::size_t> begins_ = {0};
  std::vector<std::uint32_t> slots_;  // open addressing; number + 1, 0 where free; a power of two
};

}  // namespace gerbil::grammar
