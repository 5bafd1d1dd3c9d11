#include "runtime/driver.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

// How many events a request may be ahead of its caller, who may yet find a stop sequence in the text.
constexpr std::size_t most_unseen = 8;
// Requests of one call that are with the scheduler at once: enough for any step.
constexpr std::size_t most_at_once = 256;

}  // namespace

// A thread in run(). All of it is guarded by the driver's mutex.
struct Driver::Caller {
  struct Item {
    std::size_t number;
    RequestId id;
    Event event;
  };
  struct Open {
    std::size_t unseen = 0;  // events
    std::size_t tokens = 0;  // seen
    bool stopped = false;    // by on_event
  };
  std::deque<Item> unseen;
  std::map<RequestId, Open> open;  // requests that have not ended
  std::condition_variable changed;
  bool woken = false;
};

Driver::Driver(std::unique_ptr<Program> program, const SchedulerOptions& options)
    : program_(std::move(program)), options_(options), scheduler_(options) {}

Driver::~Driver() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  work_.notify_all();
  lock.unlock();
  if (worker_.joinable()) worker_.join();
  lock.lock();
  scheduler_.fail_all(std::make_exception_ptr(Error(ErrorCode::cancelled, "The model was unloaded.")));
  deliver(lock);
}

std::vector<Outcome> Driver::run(std::vector<Request> requests, const OnEvent& on_event) {
  std::vector<Outcome> outcomes(requests.size());
  std::exception_ptr error;
  Caller caller;
  std::unique_lock lock(mutex_);
  if (leader_ == std::this_thread::get_id()) {
    throw Error(ErrorCode::invalid_argument,
                "A listener must not wait for another request on the thread that runs the steps; submit it instead.");
  }
  for (const Request& request : requests) scheduler_.check(request);
  std::size_t added = 0;

  const auto show = [&](const Caller::Item& item) {
    lock.unlock();
    bool more = true;
    try {
      more = on_event(item.number, item.event);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (more) return;
    caller.open[item.id].stopped = true;
    scheduler_.end(item.id, Ending::stopped);
  };
  const auto see = [&](const Caller::Item& item) {
    Caller::Open& open = caller.open[item.id];
    if (const auto* failure = std::get_if<std::exception_ptr>(&item.event)) {
      if (!error) error = *failure;
    } else if (const auto* outcome = std::get_if<Outcome>(&item.event)) {
      Outcome& own = outcomes[item.number] = *outcome;
      if (open.stopped && own.tokens.size() > open.tokens) {
        own.tokens.resize(open.tokens);  // what was made after on_event had enough
        own.ending = Ending::stopped;
      }
    } else if (!error && !open.stopped) {
      open.tokens += std::holds_alternative<TokenEvent>(item.event) ? 1 : 0;
      show(item);
    }
  };
  for (;;) {
    while (added < requests.size() && caller.open.size() < most_at_once && !error) {
      if (scheduler_.full() && !caller.open.empty()) break;  // its own requests go first
      const std::size_t number = added++;
      try {
        const RequestId id = scheduler_.add(std::move(requests[number]), Clock::now());
        caller.open.try_emplace(id);
        // Called with the lock released, but only by the thread that runs the steps.
        listeners_[id] = std::make_shared<Listener>([this, &caller, number, id](const Event& event) {
          const std::lock_guard guard(mutex_);
          caller.unseen.push_back({number, id, event});
          if (++caller.open[id].unseen >= most_unseen) scheduler_.pause(id, true);
          caller.woken = true;
          caller.changed.notify_one();
          return true;
        });
        work_.notify_one();
      } catch (...) {
        error = std::current_exception();
      }
    }
    while (!caller.unseen.empty()) {
      const Caller::Item item = std::move(caller.unseen.front());
      caller.unseen.pop_front();
      see(item);
      if (is_end(item.event)) {
        caller.open.erase(item.id);
      } else if (--caller.open[item.id].unseen < most_unseen) {
        scheduler_.pause(item.id, false);
        work_.notify_one();
      }
    }
    if (error) {
      for (const auto& [id, open] : caller.open) scheduler_.end(id, Ending::cancelled);
      if (leader_ == std::thread::id()) deliver(lock);
    }
    if (caller.open.empty() && (error || added == requests.size())) break;
    if (!caller.unseen.empty()) continue;
    if (!worker_.joinable() && leader_ == std::thread::id() && step(lock)) continue;
    if (!caller.unseen.empty()) continue;
    // Another thread runs a step. It wakes those to whom something happened, and somebody to run the next. Or nothing
    // can run until somebody has seen what is there or gives up its room.
    caller.woken = false;
    const auto place = callers_.insert(callers_.end(), &caller);
    caller.changed.wait_for(lock, std::chrono::milliseconds(20), [&] { return caller.woken; });
    callers_.erase(place);
  }
  if (error) std::rethrow_exception(error);
  return outcomes;
}

RequestId Driver::submit(Request request, Listener listener) {
  auto shared = std::make_shared<Listener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  const RequestId id = scheduler_.add(std::move(request), Clock::now());
  listeners_.emplace(id, std::move(shared));
  work_.notify_one();
  return id;
}

void Driver::end(RequestId id, Ending ending) {
  const std::lock_guard lock(mutex_);
  scheduler_.end(id, ending);
  work_.notify_one();
}

bool Driver::poll() {
  std::unique_lock lock(mutex_);
  return leader_ == std::thread::id() && step(lock);
}

// Runs one step for everybody. Nobody leads when it is called, and nobody when it returns.
bool Driver::step(std::unique_lock<std::mutex>& lock) {
  leader_ = std::this_thread::get_id();
  const Scheduler::Plan* plan = nullptr;
  std::exception_ptr error;
  StepResult result;
  try {
    plan = scheduler_.plan(Clock::now());
    if (plan) {
      lock.unlock();
      for (const auto& [from, to] : plan->copies) program_->copy_block(from, to);
      program_->begin(plan->batch);
      program_->choose(plan->choices);
      result = program_->finish();
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (!lock.owns_lock()) lock.lock();
  try {
    if (error) {
      scheduler_.fail(error);
    } else if (plan) {
      scheduler_.commit(result, Clock::now());
    }
  } catch (...) {
    scheduler_.fail_all(std::current_exception());
  }
  deliver(lock);
  return plan != nullptr;
}

// Shows events to their listeners, and hands the lead on.
void Driver::deliver(std::unique_lock<std::mutex>& lock) {
  leader_ = std::this_thread::get_id();
  for (auto events = scheduler_.events(); !events.empty(); events = scheduler_.events()) {
    for (const auto& [id, event] : events) {
      const auto found = listeners_.find(id);
      if (found == listeners_.end()) continue;
      const std::shared_ptr<Listener> listener = found->second;
      if (is_end(event)) listeners_.erase(found);
      lock.unlock();
      bool more = false;
      bool failed = false;
      try {
        more = (*listener)(event);
      } catch (...) {
        failed = true;
      }
      lock.lock();
      if (failed) listeners_.erase(id);
      if (!more) scheduler_.end(id, Ending::stopped);
    }
  }
  leader_ = {};
  // Those who were told of something may be busy with it for long: one more is woken, who has nothing else to do.
  if (worker_.joinable()) return;
  for (Caller* caller : callers_) {
    if (caller->woken) continue;
    caller->woken = true;
    caller->changed.notify_one();
    break;
  }
}

void Driver::start_worker() {
  const std::lock_guard lock(mutex_);
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
}

void Driver::work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    // A request that waits for its deadline or for room is looked at now and then.
    const bool nobody = leader_ == std::thread::id();
    if (nobody && step(lock)) continue;
    if (scheduler_.empty() && nobody) {
      work_.wait(lock);
    } else {
      work_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }
}

}  // namespace gerbil::runtime
