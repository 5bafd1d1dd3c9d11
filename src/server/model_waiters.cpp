// Who waits for a model of the pool, and for whom others have to go.
#include <algorithm>
#include <utility>

#include "server/model_pool.hpp"

namespace gerbil::server {

// Nobody is given those any more that are in the way of the model: what is asked for again and again never is idle.
void ModelPool::empty_for(const Entry& entry) {
  std::int64_t excess = memory() + std::max<std::int64_t>(entry.bytes, 1) - options_.memory_limit;
  for (Entry& other : entries_)
    if (other.leaving) excess -= other.bytes;
  for (Entry& other : entries_) {
    if (excess <= 0) break;
    if (other.phase != Phase::loaded || other.leaving) continue;
    other.leaving = true;
    excess -= other.bytes;
  }
}

// Nobody waits for their room any more.
void ModelPool::stay() {
  for (Entry& entry : entries_)
    if (std::exchange(entry.leaving, false)) serve(entry, nullptr);
}

void ModelPool::serve(Entry& entry, const std::exception_ptr& error) {
  for (Waiter& waiter : std::exchange(entry.waiters, {}))
    if (!waiter.gone.cancelled()) waiter.ready(entry.model ? lease(entry) : nullptr, error);
}

void ModelPool::forget_waiters() {
  const auto late = std::make_exception_ptr(
      Error(ErrorCode::timeout, "The request took longer than it may: it waited for its model to be loaded."));
  for (Entry& entry : entries_) {
    std::erase_if(entry.waiters, [](const Waiter& waiter) { return waiter.gone.cancelled(); });
    std::vector<Ready> expired;
    std::erase_if(entry.waiters, [&](Waiter& waiter) {
      const bool over = waiter.until <= Clock::now();
      if (over) expired.push_back(std::move(waiter.ready));
      return over;
    });
    if (entry.phase == Phase::waiting && entry.waiters.empty()) entry.phase = Phase::unloaded;
    for (Ready& ready : expired) ready(nullptr, late);
  }
}

// Whom somebody has waited for longest.
ModelPool::Entry* ModelPool::next() {
  Entry* next = nullptr;
  for (Entry& entry : entries_)
    if (entry.phase == Phase::waiting && (!next || entry.waiters.front().since < next->waiters.front().since))
      next = &entry;
  return next;
}

}  // namespace gerbil::server
