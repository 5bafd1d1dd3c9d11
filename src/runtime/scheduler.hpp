// Decides what a program runs next: which requests, how many tokens of each, in which pages.
//
// It is passive. It owns no thread, takes no lock and calls nobody back: a driver asks for a plan, has the program run
// it, hands the result in, and passes on the events that come of it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "backends/program.hpp"
#include "gerbil/model.hpp"
#include "runtime/drafter.hpp"
#include "runtime/request.hpp"
#include "runtime/scheduler_options.hpp"
#include "runtime/sequence.hpp"
#include "runtime/state_cache.hpp"
#include "runtime/step_batch.hpp"

namespace gerbil::runtime {

// Throws Error{invalid_argument|context_full|unsupported} for a request that can never run.
void check(const Request& request, const SchedulerOptions& options);

class Scheduler {
 public:
  explicit Scheduler(const SchedulerOptions& options);

  // Throws as check() does, and Error{overloaded} when max_waiting requests wait already and this is not admitted.
  RequestId add(Request request, Clock::time_point now);
  // Ends a request before its time. Nothing happens when it has ended; what steps in flight do for it is dropped.
  void end(RequestId id, Ending ending);
  // While it is paused, no token is added to it.
  void pause(RequestId id, bool paused);

  // What the program is to do next; null when there is nothing. The step is in flight, and the plan stays, until
  // commit() or fail(), one of which must follow. Prompts that begin alike are computed once: who comes later waits for
  // the pages.
  //
  // While one step is in flight, another may be planned, for the program to run right after it: sequences
  // go on from tokens that nobody has seen. Should one end with its token, the second step did its part in vain. There
  // is none ahead when one of them must see its token first, or it would get every other step, or when it would cost
  // somebody its pages. Pages and slots are given out by plan() alone, so who gets them next writes to them later, and
  // nothing of a step's is read that was not planned before it.
  struct Plan {
    StateCopies copies;  // first
    Batch batch;
    Choices choices;
    StepBatch* rows = nullptr;  // make_masks() is due between Program::begin and choose
  };
  const Plan* plan(Clock::time_point now);
  // What a Drafter should guess before the next plan, and what it has guessed. A step with guesses verifies them: its
  // choices are those that steps of one token would make, so nobody can tell whether there were any. The next plan
  // waits for it.
  std::vector<Draft> undrafted();
  void draft(std::vector<Draft> drafts);
  void commit(const StepResult& result, Clock::time_point now);  // of the oldest step in flight
  // The oldest step came to nothing, and with it the one after it. Their requests end with the error; what else runs
  // begins again, as it may go on from what they should have written.
  void fail(const std::exception_ptr& error);
  void fail_all(const std::exception_ptr& error);  // all steps, and everything else

  // What happened since it was last asked, in order.
  std::vector<std::pair<RequestId, Event>> events() { return std::exchange(events_, {}); }
  ModelStatistics statistics() const;
  bool empty() const { return sequences_.empty(); }
  bool full() const { return options_.max_waiting > 0 && std::ssize(waiting_) >= options_.max_waiting; }

 private:
  struct Step {
    std::vector<StepPart> parts;
    StepBatch batch;
    Plan plan;
    bool passed = false;  // its sequences go on from where it takes them
  };
  void reap(Clock::time_point now);
  void pass(Step& step);
  void admit(Clock::time_point now);
  bool start(Sequence& sequence);
  void compose();
  StepPart choose_part(Sequence& sequence, std::int32_t tokens, std::int32_t rows) const;
  bool must_see_token(const Sequence& sequence) const;
  std::int32_t guesses_wanted(const Sequence& sequence, std::int32_t rows) const;
  std::int32_t drafts_wanted(const Sequence& sequence, std::int32_t rows) const;
  std::int32_t draft_rows() const;
  std::int32_t handed_rows(const Sequence& sequence) const;
  bool many_handed() const;
  std::int32_t make_room(Sequence& sequence, std::int32_t guesses);
  void take_handed(const StepPart& part, std::span<const float> rows);
  void add_guesses(Sequence& sequence, StepPart& part, std::int32_t rows);
  void preempt(Sequence& sequence);
  bool preempt_paused();
  // What ends it, if it does.
  std::optional<Ending> accept(StepPart& part, const StepBatch& batch, const StepResult& result, std::size_t choice,
                               Clock::time_point now);
  std::optional<Ending> accept_token(Sequence& sequence, std::int32_t token, std::vector<ScoredToken> probabilities,
                                     Clock::time_point now);
  void finish(Sequence& sequence, Ending ending);
  void fail(Sequence& sequence, const std::exception_ptr& error);
  void leave(Sequence& sequence, bool lasting, Event end);
  std::int32_t longest(const Sequence& sequence) const;

  SchedulerOptions options_;
  StateCache cache_;
  RequestId next_ = 1;
  std::map<RequestId, Sequence> sequences_;
  using Queue = std::map<Sequence::Order, Sequence*>;
  Queue waiting_;
  Queue running_;
  std::vector<std::pair<RequestId, Event>> events_;

  std::vector<StepPart> parts_;  // of the step that is being planned
  std::deque<Step> steps_;       // in flight, the oldest first
  ModelStatistics done_;         // what is counted: steps and their shares
};

}  // namespace gerbil::runtime
