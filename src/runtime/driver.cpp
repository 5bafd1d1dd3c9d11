#include "runtime/driver.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "gerbil/error.hpp"
#include "runtime/caller.hpp"

namespace gerbil::runtime {
namespace {

// Steps in flight: one that runs, and one that the device goes on with at once.
constexpr std::size_t most_flights = 2;

}  // namespace

Driver::Driver(std::unique_ptr<Program> program, const SchedulerOptions& options, std::unique_ptr<Drafter> drafter)
    : program_(std::move(program)), drafter_(std::move(drafter)), options_(options), scheduler_(options) {
  flights_.reserve(most_flights);
}

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
  std::unique_lock lock(mutex_);
  if (leader_ == std::this_thread::get_id()) {
    throw Error(ErrorCode::invalid_argument,
                "A listener must not wait for another request on the thread that runs the steps; submit it instead.");
  }
  check_open();
  for (const Request& request : requests) check(request, options_);
  Caller caller(*this, std::move(requests), on_event);
  for (;;) {
    caller.add();
    caller.see(lock);
    if (caller.done()) return caller.take_outcomes();
    if (caller.has_unseen()) continue;
    if (!worker_.joinable() && nobody_leads() && step(lock, true)) continue;
    if (!caller.has_unseen()) sleep(caller, lock);
  }
}

// Another thread runs a step. It wakes those to whom something happened, and somebody to run the next. Or nothing can
// run until somebody has seen what is there or gives up its room, which is looked at now and then.
void Driver::sleep(Caller& caller, std::unique_lock<std::mutex>& lock) {
  caller.woken = false;
  const auto woken = [&] { return caller.woken; };
  const auto place = callers_.insert(callers_.end(), &caller);
  if (worker_.joinable() && caller.has_open()) {
    caller.changed.wait(lock, woken);
  } else {
    caller.changed.wait_for(lock, std::chrono::milliseconds(20), woken);
  }
  callers_.erase(place);
}

void Driver::check_open() const {
  if (closing_) throw Error(ErrorCode::cancelled, "The model is being unloaded, so it takes no more requests.");
}

RequestId Driver::submit(Request request, Listener listener) {
  auto shared = std::make_shared<Listener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  check_open();
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

ModelStatistics Driver::statistics() {
  const std::lock_guard lock(mutex_);
  return scheduler_.statistics();
}

bool Driver::poll() {
  std::unique_lock lock(mutex_);
  return !worker_.joinable() && nobody_leads() && step(lock, false);
}

// Runs one step for everybody: of a pipelined program the next is begun before the result of one is taken. Nobody leads
// when it is called, and nobody when it returns. False when there was nothing to do; what is in flight for nobody stays
// there until somebody comes.
bool Driver::step(std::unique_lock<std::mutex>& lock, bool may_wait) {
  leader_ = std::this_thread::get_id();
  const std::size_t most = program_->info().pipelined ? most_flights : 1;
  // What would go on from a step that came to nothing is not begun.
  while (flights_.size() < most && (flights_.empty() || !flights_.back()) && begin(lock)) {
  }
  const bool awaited = !flights_.empty() && !scheduler_.empty();
  if (awaited && (may_wait || flights_.front() || program_->ready())) finish(lock);
  return deliver(lock) || awaited;
}

// Begins the next step; false when there is none.
bool Driver::begin(std::unique_lock<std::mutex>& lock) {
  const Scheduler::Plan* plan = nullptr;
  try {
    if (drafter_) draft(lock);
    plan = scheduler_.plan(Clock::now());
  } catch (...) {
    give_up(std::current_exception(), lock);  // without a plan nothing would go on
  }
  if (!plan) return false;
  std::exception_ptr& error = flights_.emplace_back();
  lock.unlock();
  try {
    for (const BlockCopy& copy : plan->copies.blocks) program_->copy_block(copy);
    for (const auto& [from, to] : plan->copies.slots) program_->copy_slot(from, to);
    program_->begin(plan->batch);
    plan->rows->make_masks();
    program_->choose(plan->choices);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  return true;
}

void Driver::draft(std::unique_lock<std::mutex>& lock) {
  std::vector<Draft> drafts = scheduler_.undrafted();
  if (drafts.empty()) return;
  lock.unlock();
  std::exception_ptr error;
  try {
    drafter_->guess(drafts);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error) std::rethrow_exception(error);
  scheduler_.draft(std::move(drafts));
}

// Takes the result of the oldest step in flight.
void Driver::finish(std::unique_lock<std::mutex>& lock) {
  std::exception_ptr error = flights_.front();
  flights_.erase(flights_.begin());
  StepResult result;
  if (!error) {
    lock.unlock();
    try {
      result = program_->finish();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
  }
  try {
    if (!error) {
      scheduler_.commit(result, Clock::now());
    } else {
      land(lock);
      scheduler_.fail(error);
    }
  } catch (...) {
    give_up(std::current_exception(), lock);
  }
}

// Waits for the steps in flight, whatever they give.
void Driver::land(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  for (std::exception_ptr& error : flights_) {
    try {
      if (!error) program_->finish();
    } catch (...) {
      error = std::current_exception();  // one more that came to nothing
    }
  }
  lock.lock();
  flights_.clear();
}

void Driver::give_up(const std::exception_ptr& error, std::unique_lock<std::mutex>& lock) {
  land(lock);
  scheduler_.fail_all(error);
}

// Shows events to their listeners, and hands the lead on. Whether anybody was told of something, and may want more.
bool Driver::deliver(std::unique_lock<std::mutex>& lock) {
  leader_ = std::this_thread::get_id();
  bool told = false;
  for (auto events = scheduler_.events(); !events.empty(); events = scheduler_.events()) {
    for (auto& [id, event] : events) tell(id, std::move(event), lock);
    told = true;
  }
  leader_ = {};
  // Those who were told of something may be busy with it for long: one more is woken, who has nothing else to do.
  if (worker_.joinable()) return told;
  for (Caller* caller : callers_) {
    if (caller->woken) continue;
    caller->woken = true;
    caller->changed.notify_one();
    break;
  }
  return told;
}

// A listener is called, and goes, without the lock: what it holds may ask for more, or be the last of something.
void Driver::tell(RequestId id, Event event, std::unique_lock<std::mutex>& lock) {
  const auto found = listeners_.find(id);
  if (found == listeners_.end()) return;
  std::shared_ptr<Listener> listener = found->second;
  if (is_end(event)) listeners_.erase(found);
  lock.unlock();
  bool more = false;
  bool failed = false;
  try {
    more = (*listener)(std::move(event));
  } catch (...) {
    failed = true;
  }
  if (failed) {
    lock.lock();
    listeners_.erase(id);
    lock.unlock();
  }
  listener.reset();
  lock.lock();
  if (!more) scheduler_.end(id, Ending::stopped);
}

void Driver::start_worker() {
  const std::lock_guard lock(mutex_);
  if (!worker_.joinable() && !closing_) worker_ = std::thread([this] { work(); });
}

void Driver::work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    // A request that waits for its deadline or for room is looked at now and then.
    if (nobody_leads() && step(lock, true)) continue;
    if (scheduler_.empty() && nobody_leads()) {
      // Listeners have run without the lock since it was looked at.
      work_.wait(lock, [this] { return closing_ || !scheduler_.empty(); });
    } else {
      work_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }
}

}  // namespace gerbil::runtime
