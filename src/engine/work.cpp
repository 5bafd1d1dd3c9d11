#include "engine/work.hpp"

#include <atomic>
#include <mutex>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

// Requests of one call that are with the driver at once: enough for any step.
constexpr std::size_t most_at_once = 256;

// Events come one at a time, from whoever runs the steps; the caller may still be submitting meanwhile.
struct Group : std::enable_shared_from_this<Group> {
  explicit Group(runtime::Driver& d) : driver(d) {}

  runtime::Driver& driver;
  std::vector<runtime::Request> requests;
  std::function<bool(std::size_t, const runtime::Event&)> take;
  std::function<void(std::vector<runtime::Outcome>, std::exception_ptr)> end;
  std::vector<runtime::Outcome> outcomes;
  std::exception_ptr error;        // the first
  std::atomic<bool> over = false;  // nobody wants the rest

  std::mutex mutex;         // guards what follows
  bool silent = false;      // the caller has been told of an error
  std::size_t next = 0;     // to be submitted
  std::size_t running = 0;  // submitted, and not ended

  // A call that has begun waits for its turn where a new one would be refused, with one request at least.
  void submit_more() {
    const std::lock_guard lock(mutex);
    while (next < requests.size() && running < most_at_once && !over) {
      const std::size_t number = next;
      requests[number].admitted = next > 0 && running == 0;
      try {
        driver.submit(requests[number], [group = shared_from_this(), number](const runtime::Event& event) {
          return group->see(number, event);
        });
      } catch (const Error& refusal) {
        if (refusal.code() == ErrorCode::overloaded && running > 0) return;
        throw;
      }
      requests[number] = {};
      ++next;
      ++running;
    }
  }

  bool is_last() {
    const std::lock_guard lock(mutex);
    return running == 0 && !silent;
  }

  bool fail(std::exception_ptr failure) {
    if (!error) error = std::move(failure);
    over = true;
    return false;
  }

  bool see(std::size_t number, const runtime::Event& event) {
    if (!runtime::is_end(event)) {
      if (over) return false;
      try {
        return take(number, event);
      } catch (...) {
        return fail(std::current_exception());
      }
    }
    if (const auto* failure = std::get_if<std::exception_ptr>(&event)) {
      fail(*failure);
    } else {
      outcomes[number] = std::get<runtime::Outcome>(event);
    }
    {
      const std::lock_guard lock(mutex);
      --running;
    }
    try {
      submit_more();
    } catch (...) {
      fail(std::current_exception());
    }
    if (is_last()) end(std::move(outcomes), error);
    return false;
  }
};

}  // namespace

void submit_all(runtime::Driver& driver, std::vector<runtime::Request> requests,
                std::function<bool(std::size_t, const runtime::Event&)> take,
                std::function<void(std::vector<runtime::Outcome>, std::exception_ptr)> end) {
  if (requests.empty()) {
    end({}, nullptr);
    return;
  }
  const auto group = std::make_shared<Group>(driver);
  group->take = std::move(take);
  group->end = std::move(end);
  group->outcomes.resize(requests.size());
  for (runtime::Request& request : requests) {
    runtime::check(request, driver.options());
    // Held by the driver, which the group must not hold in turn.
    request.cancelled = [whole = std::weak_ptr(group), cancelled = std::move(request.cancelled)] {
      const auto of = whole.lock();
      return !of || of->over || (cancelled && cancelled());
    };
  }
  group->requests = std::move(requests);
#ifndef __EMSCRIPTEN__  // a page's event loop polls
  driver.start_worker();
#endif
  try {
    group->submit_more();
  } catch (...) {
    group->over = true;
    const std::lock_guard lock(group->mutex);
    group->silent = true;
    throw;
  }
}

}  // namespace gerbil
