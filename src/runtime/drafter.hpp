// Who guesses how answers go on, for a model that then verifies it.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/request.hpp"

namespace gerbil::runtime {

// What is wanted of one sequence, and what comes of it.
struct Draft {
  RequestId id = 0;
  std::vector<std::int32_t> tokens;  // so far
  Sampling sampling;                 // of the next, by its step, and those after it
  std::int32_t most = 0;             // guesses; 0: there is only something to read
  // Of a program that hands over what it makes of tokens (SchedulerOptions::handed_width): the rows of those from
  // number `first` on that nobody has read yet, up to the last whose next token is known, and the blocks of the
  // sequence in the group of pages that keeps everything.
  std::int32_t first = 0;
  std::vector<float> handed;
  std::vector<std::int32_t> blocks;
  std::vector<std::int32_t> guesses;
};

class Drafter {
 public:
  virtual ~Drafter() = default;
  // Fills in the guesses, any number up to `most`. What it throws ends all requests.
  virtual void guess(std::vector<Draft>& drafts) = 0;
};

}  // namespace gerbil::runtime
