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
  std::int32_t most = 0;             // guesses
  std::vector<std::int32_t> guesses;
};

class Drafter {
 public:
  virtual ~Drafter() = default;
  // Fills in the guesses, any number up to `most`. What it throws ends all requests.
  virtual void guess(std::vector<Draft>& drafts) = 0;
};

}  // namespace gerbil::runtime
