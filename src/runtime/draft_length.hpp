// How many tokens of a sequence it pays to guess, by how the guesses before came out.
#pragma once

#include <algorithm>
#include <cstdint>

namespace gerbil::runtime {

// Twice as many after guesses that were all right, and as many as were right after others. After guesses of which none
// was, there are none for a while, twice as long each time: a text that cannot be guessed costs next to nothing.
class DraftLength {
 public:
  // For the next step, of which `most` is the limit.
  std::int32_t next(std::int32_t most) const { return rest_ > 0 ? 0 : std::min(length_, most); }
  // A step has verified so many guesses, of which the first `accepted` were right; none: it only went on by a token.
  void learn(std::int32_t drafted, std::int32_t accepted) {
    if (drafted == 0) {
      rest_ = std::max(0, rest_ - 1);
    } else if (accepted == 0) {
      length_ = first_length;
      rest_ = pause_;
      pause_ = std::min(2 * pause_, longest_pause);
    } else {
      length_ = accepted == drafted ? std::max(length_, 2 * drafted) : std::max(first_length, accepted);
      pause_ = first_pause;
    }
  }

 private:
  static constexpr std::int32_t first_length = 3;
  static constexpr std::int32_t first_pause = 4;  // tokens
  static constexpr std::int32_t longest_pause = 128;
  std::int32_t length_ = first_length;
  std::int32_t rest_ = 0;  // tokens until there are guesses again
  std::int32_t pause_ = first_pause;
};

}  // namespace gerbil::runtime
