#include "runtime/caller.hpp"

#include <memory>
#include <utility>

namespace gerbil::runtime {
namespace {

// How many events a request may be ahead of its caller, who may yet find a stop sequence in the text.
constexpr std::size_t most_unseen = 8;
// Requests of one call that are with the scheduler at once: enough for any step.
constexpr std::size_t most_at_once = 256;

}  // namespace

void Driver::Caller::add() {
  Scheduler& scheduler = driver_.scheduler_;
  while (added_ < requests_.size() && open_.size() < most_at_once && !error_) {
    if (scheduler.full() && added_ > 0) return;  // a call that has begun waits for its turn
    const std::size_t number = added_++;
    try {
      const RequestId id = scheduler.add(std::move(requests_[number]), Clock::now());
      open_.try_emplace(id);
      driver_.listeners_[id] =
          std::make_shared<Listener>([this, number, id](Event event) { return hear(number, id, std::move(event)); });
      driver_.work_.notify_one();
    } catch (...) {
      error_ = std::current_exception();
    }
  }
}

// Called by the thread that runs the steps, which does not hold the lock then.
bool Driver::Caller::hear(std::size_t number, RequestId id, Event event) {
  const std::lock_guard guard(driver_.mutex_);
  woken = true;
  changed.notify_one();
  try {
    unseen_.push_back({number, id, std::move(event)});
  } catch (...) {
    error_ = std::current_exception();
    open_.erase(id);  // of which nothing will be seen any more
    throw;
  }
  if (++open_[id].unseen >= most_unseen) driver_.scheduler_.pause(id, true);
  return true;
}

void Driver::Caller::see(std::unique_lock<std::mutex>& lock) {
  while (!unseen_.empty()) {
    const Item item = std::move(unseen_.front());
    unseen_.pop_front();
    see(item, lock);
    if (is_end(item.event)) {
      open_.erase(item.id);
    } else if (--open_[item.id].unseen < most_unseen) {
      driver_.scheduler_.pause(item.id, false);
      driver_.work_.notify_one();
    }
  }
  if (!error_) return;
  for (const auto& [id, open] : open_) driver_.scheduler_.end(id, Ending::cancelled);
  if (driver_.nobody_leads()) driver_.deliver(lock);
}

void Driver::Caller::see(const Item& item, std::unique_lock<std::mutex>& lock) {
  Open& open = open_[item.id];
  if (const auto* failure = std::get_if<std::exception_ptr>(&item.event)) {
    if (!error_) error_ = *failure;
  } else if (const auto* outcome = std::get_if<Outcome>(&item.event)) {
    Outcome& own = outcomes_[item.number] = *outcome;
    if (open.stopped && own.tokens.size() > open.tokens) {
      own.tokens.resize(open.tokens);  // what was made after on_event had enough
      own.ending = Ending::stopped;
    }
  } else if (!error_ && !open.stopped) {
    open.tokens += std::holds_alternative<TokenEvent>(item.event) ? 1 : 0;
    show(item, lock);
  }
}

void Driver::Caller::show(const Item& item, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  bool more = true;
  try {
    more = on_event_(item.number, item.event);
  } catch (...) {
    error_ = std::current_exception();
  }
  lock.lock();
  if (more) return;
  open_[item.id].stopped = true;
  driver_.scheduler_.end(item.id, Ending::stopped);
  driver_.work_.notify_one();
}

std::vector<Outcome> Driver::Caller::take_outcomes() {
  if (error_) std::rethrow_exception(error_);
  return std::move(outcomes_);
}

}  // namespace gerbil::runtime
