// Runs the requests of several threads as ragged batches of one program.
//
// There is no thread of its own: of the threads that wait for tokens one leads, runs a step for everybody, and hands
// on. A single caller therefore never switches threads, and WebAssembly needs none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "backends/program.hpp"

namespace gerbil::runtime {

struct SchedulerOptions {
  std::int32_t context_length = 0;  // tokens of one sequence, prompt and answer
  std::int32_t kv_tokens = 0;       // capacity of the program's cache
  std::int32_t max_tokens = 512;    // of one step
  std::int32_t max_sequences = 64;  // of one step
  std::int32_t vocabulary = 0;
  std::int32_t rope_original_context = 0;  // sequences that may grow beyond it use the long rope; 0: none does
  bool reuse_prefixes = true;
};

// Penalties as in the public SamplingOptions; `sampling` carries the rest.
struct Request {
  std::vector<std::int32_t> prompt;  // at least one token, all within the vocabulary
  std::int32_t max_tokens = 0;       // 0: what the context has room for
  Sampling sampling;
  float repetition_penalty = 1.0f;
  float presence_penalty = 0.0f;
  float frequency_penalty = 0.0f;
  std::vector<LogitAdjustment> bias;
  std::vector<std::int32_t> end_tokens;
  bool want_logits = false;         // hand the row of logits to on_token
  std::function<bool()> cancelled;  // asked between steps, from any thread; may be empty
};

enum class Ending { end_token, length, stopped, cancelled };  // stopped: on_token returned false

struct Outcome {
  Ending ending = Ending::length;
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;
  std::vector<std::int32_t> tokens;  // the answer; an end token is the last
  double time_to_first_token = 0.0;  // seconds since run() was called
  double prefill_seconds = 0.0;      // from the first step of this request to its first token
  double decode_seconds = 0.0;       // from its first token to its last
};

class Scheduler {
 public:
  Scheduler(std::unique_ptr<Program> program, const SchedulerOptions& options);
  ~Scheduler();

  // Generates until an end token, max_tokens, a cancellation or on_token's false. on_token runs on the calling thread,
  // in order, with the row of logits when asked for. Safe to call from several threads. Throws Error{invalid_argument|
  // context_full} before any work, and what the program throws.
  using OnToken = std::function<bool(std::int32_t token, std::span<const float> logits)>;
  Outcome run(const Request& request, const OnToken& on_token);

  // The logits after each token, row by row. Leaves the prefix cache alone.
  std::vector<float> logits(std::span<const std::int32_t> tokens);

  const ProgramInfo& info() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gerbil::runtime
