// What can be asked of a program, and what comes of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backends/sampling.hpp"
#include "runtime/guide.hpp"

namespace gerbil::runtime {

using Clock = std::chrono::steady_clock;
using RequestId = std::uint64_t;

// Continue the tokens. Penalties as in the public SamplingOptions; `sampling` carries the rest.
struct Generate {
  std::int32_t max_tokens = 0;  // of the answer; 0: what the context has room for
  Sampling sampling;            // of the first token, without adjustments
  float repetition_penalty = 1.0f;
  float presence_penalty = 0.0f;
  float frequency_penalty = 0.0f;
  std::vector<LogitAdjustment> bias;
  std::vector<std::int32_t> end_tokens;
  std::shared_ptr<Guide> guide;  // none: any token may come

  // Whether what may be chosen hangs on the tokens before.
  bool looks_back() const {
    return guide || repetition_penalty != 1.0f || presence_penalty != 0.0f || frequency_penalty != 0.0f;
  }
};

// Give the rows of logits after the tokens from number `first` on, which is 0 for all of them.
struct Score {
  std::int32_t first = 0;
};

// Give the row that a model of whole texts makes of them.
struct Encode {
  std::vector<std::int32_t> types;  // one a token, or empty: all 0
  std::int32_t skipped = 0;         // first tokens that graph::Pool leaves out
  std::int32_t adapter = 0;         // see Batch::task
};

struct Request {
  std::vector<std::int32_t> tokens;  // at least one, all within the vocabulary
  std::variant<Generate, Score, Encode> task;
  std::string name = "The prompt";            // what messages call the tokens
  std::int32_t priority = 0;                  // those of larger ones go first
  std::optional<Clock::time_point> deadline;  // ends with Error{timeout} when it is passed
  std::function<bool()> cancelled;            // asked between steps, by any thread; may be empty
  bool admitted = false;                      // of a call that has begun: it may wait where the queue is full
};

// complete: the guide says so; length: all that was asked for is there
enum class Ending { end_token, complete, length, stopped, cancelled };

struct Outcome {
  Ending ending = Ending::length;
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;    // of these, whose keys and values were there already
  std::vector<std::int32_t> tokens;  // the answer; an end token is the last
  double time_to_first_token = 0.0;  // seconds since the request was added
  double prefill_seconds = 0.0;      // from the first step of this request to its first token or its end
  double decode_seconds = 0.0;       // from its first token to its last
};

// What happens to a request, in this order: tokens of an answer or rows, and one end.
struct TokenEvent {
  std::int32_t token = 0;
  std::vector<ScoredToken> probabilities;  // see Sampling::alternatives
};
struct RowsEvent {
  std::int32_t first = 0;     // number of the token whose row is the first here
  std::vector<float> values;  // row by row
};
using Event = std::variant<TokenEvent, RowsEvent, Outcome, std::exception_ptr>;

// Whether nothing follows it.
inline bool is_end(const Event& event) {
  return std::holds_alternative<Outcome>(event) || std::holds_alternative<std::exception_ptr>(event);
}

}  // namespace gerbil::runtime
