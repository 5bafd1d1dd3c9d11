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
  // Of somebody whose guesses take `cost` steps of time each, and `start` however few they are: the number that makes a
  // token cheapest, if guesses go on to be right as often as lately; 0 where none pays.
  std::int32_t next(std::int32_t most, double cost, double start = 0.0) const {
    const double right = (hits_ + 1.9) / (trials_ + 2.0);         // who has not guessed yet is believed to be good
    most = std::min(most, 1 + static_cast<std::int32_t>(hits_));  // and begins with one
    std::int32_t best = 0;
    double best_time = 1.0;  // of a token, in steps of one row
    double tokens = 1.0;
    double chance = 1.0;
    for (std::int32_t count = 1; count <= most; ++count) {
      tokens += chance *= right;
      const double time = (1.0 + start + count * (row_cost + cost)) / tokens;
      if (time < best_time) best = count, best_time = time;
    }
    return rest_ > 0 ? 0 : best;
  }
  // A step has verified so many guesses, of which the first `accepted` were right; none: it only went on by a token.
  void learn(std::int32_t drafted, std::int32_t accepted) {
    const double memory = drafted > 0 ? 0.9 : 0.99;  // who has not guessed for long tries again
    hits_ = memory * hits_ + accepted;
    trials_ = memory * trials_ + std::min(accepted + 1, drafted);
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
  // Of a step, what one more row takes: 0.1 to 0.2 were measured on CPUs and GPUs (docs/performance.md).
  static constexpr double row_cost = 0.2;
  std::int32_t length_ = first_length;
  std::int32_t rest_ = 0;  // tokens until there are guesses again
  std::int32_t pause_ = first_pause;
  double hits_ = 0;    // of the latest guesses, those that were right
  double trials_ = 0;  // and all that could have been
};

}  // namespace gerbil::runtime
