// Decides what a program runs next: which requests, how many tokens of each, in which pages.
//
// It is passive. It owns no thread, takes no lock and calls nobody back: a driver asks for a plan, has the program run
// it, hands the result in, and passes on the events that come of it.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "backends/program.hpp"
#include "runtime/request.hpp"
#include "runtime/sequence.hpp"
#include "runtime/state_cache.hpp"
#include "runtime/step_batch.hpp"

namespace gerbil::runtime {

struct SchedulerOptions {
  std::int32_t context_length = 0;  // tokens of one sequence, prompt and answer
  std::int32_t kv_tokens = 0;       // capacity of the program's cache
  std::int32_t step_tokens = 512;   // what a step takes of several requests
  std::int32_t max_tokens = 512;    // of one step: a text that has to be read at once may have more than step_tokens
  std::int32_t max_sequences = 64;  // of one step
  std::int32_t max_outputs = 64;    // wanted rows of one step
  std::int32_t vocabulary = 0;
  std::int32_t types = 1;                  // of tokens
  std::int32_t padding_token = -1;         // see graph::Index::ordinal
  std::int32_t rope_original_context = 0;  // sequences that may grow beyond it use the long rope; 0: none does
  std::int32_t max_waiting = 0;            // requests that may wait for room, preempted ones included; 0: any number
  bool whole_texts = false;                // the program encodes texts, each of which must be in one step
  bool reuse_prefixes = true;
  std::int32_t slots = 0;          // of the program; 0: the model has no recurrent layers
  std::int32_t step_multiple = 1;  // see graph::Graph
};

// Throws Error{invalid_argument|context_full|unsupported} for a request that can never run.
void check(const Request& request, const SchedulerOptions& options);

class Scheduler {
 public:
  explicit Scheduler(const SchedulerOptions& options);

  // Throws as check() does, and Error{overloaded} when max_waiting requests wait already.
  RequestId add(Request request, Clock::time_point now);
  // Ends a request before its time. Nothing happens when it has ended; while it is in a step, it ends with that.
  void end(RequestId id, Ending ending);
  // While it is paused, no token is added to it.
  void pause(RequestId id, bool paused);

  // What the program is to do next; null when there is nothing. It stays until commit() or fail(), one of which must
  // follow. Prompts that begin alike are computed once: who comes later waits for the pages.
  struct Plan {
    std::vector<std::pair<std::int32_t, std::int32_t>> copies;  // of blocks, from and to, one after the other, first
    Batch batch;
    Choices choices;
  };
  const Plan* plan(Clock::time_point now);
  void commit(const StepResult& result, Clock::time_point now);
  void fail(const std::exception_ptr& error);      // the step came to nothing: its requests end with the error
  void fail_all(const std::exception_ptr& error);  // and so does everything else

  // What happened since it was last asked, in order.
  std::vector<std::pair<RequestId, Event>> events() { return std::exchange(events_, {}); }
  bool empty() const { return sequences_.empty(); }
  bool full() const { return options_.max_waiting > 0 && std::ssize(waiting_) >= options_.max_waiting; }

 private:
  void reap(Clock::time_point now);
  void admit(Clock::time_point now);
  bool start(Sequence& sequence);
  void compose();
  StepPart choose_part(Sequence& sequence, std::int32_t tokens, std::int32_t rows) const;
  void give_back_slot(Sequence& sequence);
  void preempt(Sequence& sequence);
  bool preempt_paused();
  void accept_token(Sequence& sequence, std::int32_t token, std::vector<ScoredToken> probabilities,
                    Clock::time_point now);
  void finish(Sequence& sequence, Ending ending);
  void fail(Sequence& sequence, const std::exception_ptr& error);
  void leave(Sequence& sequence, bool lasting, Event end);
  std::int32_t longest(const Sequence& sequence) const;
  bool in_step(const Sequence& sequence) const;

  SchedulerOptions options_;
  StateCache cache_;
  std::vector<std::int32_t> free_slots_;
  RequestId next_ = 1;
  std::map<RequestId, Sequence> sequences_;
  using Queue = std::map<Sequence::Order, Sequence*>;
  Queue waiting_;
  Queue running_;
  std::vector<std::pair<RequestId, Event>> events_;

  // The step in hand.
  std::vector<StepPart> parts_;
  StepBatch batch_;
  Plan plan_;
};

}  // namespace gerbil::runtime
