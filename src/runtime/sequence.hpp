// One request while it runs.
#pragma once

#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <vector>

#include "runtime/scheduler.hpp"

namespace gerbil::runtime {

using Clock = std::chrono::steady_clock;

struct TokenEvent {
  std::int32_t token = 0;
  std::vector<float> logits;  // empty unless wanted
};

struct Sequence {
  const Request* request = nullptr;  // of the thread that waits in run()
  bool long_rope = false;
  std::int32_t limit = 0;            // of the answer, resolved
  std::vector<std::int32_t> tokens;  // prompt and answer
  std::vector<std::int32_t> blocks;
  std::int32_t computed = 0;                    // leading tokens whose keys and values are in the cache
  std::map<std::int32_t, std::int32_t> counts;  // of the answer's tokens, for presence and frequency penalties

  std::deque<TokenEvent> events;  // not yet seen by the owner
  bool finished = false;
  bool stop = false;  // the owner wants no more tokens
  std::exception_ptr error;

  Outcome outcome;
  Clock::time_point arrived;
  Clock::time_point started;  // of its first step
  Clock::time_point first_token;

  std::int32_t generated() const { return static_cast<std::int32_t>(tokens.size()) - outcome.prompt_tokens; }
};

// The sampling parameters of the sequence's next token: those of the request, with its penalties applied to the tokens
// seen so far.
Sampling next_sampling(const Sequence& sequence);

}  // namespace gerbil::runtime
