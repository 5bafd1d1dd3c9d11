#include "engine/work.hpp"

#include <atomic>

namespace gerbil {
namespace {

// Events come one at a time, from whoever runs the steps; submitting goes on meanwhile.
struct Group {
  std::function<bool(std::size_t, const runtime::Event&)> take;
  std::function<void(std::vector<runtime::Outcome>, std::exception_ptr)> end;
  std::vector<runtime::Outcome> outcomes;
  std::size_t open = 0;
  std::exception_ptr error;        // the first
  std::atomic<bool> over = false;  // nobody wants the rest

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
    if (--open == 0) end(std::move(outcomes), error);
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
  const auto group = std::make_shared<Group>();
  group->take = std::move(take);
  group->end = std::move(end);
  group->outcomes.resize(requests.size());
  group->open = requests.size();
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
  driver.start_worker();
#endif
  try {
    for (std::size_t number = 0; number < requests.size(); ++number) {
      runtime::Request& request = requests[number];
      request.cancelled = [group, cancelled = std::move(request.cancelled)] {
        return group->over || (cancelled && cancelled());
      };
      driver.submit(std::move(request),
                    [group, number](const runtime::Event& event) { return group->see(number, event); });
    }
  } catch (...) {
    group->over = true;  // those that were not submitted stay open, so the end is never told
    throw;
  }
}

}  // namespace gerbil
