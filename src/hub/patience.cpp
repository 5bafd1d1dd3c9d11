#include "hub/patience.hpp"

#include <algorithm>
#include <format>
#include <thread>

#include "gerbil/error.hpp"

namespace gerbil::hub {

void check_cancelled(const Cancellation& cancellation) {
  if (cancellation.cancelled())
    throw Error(ErrorCode::cancelled, "The download was stopped; it goes on where it was when it is begun again.");
}

void wait_after(const Transient& failure, int failures, const Patience& patience, const Cancellation& cancellation) {
  if (failure.wait > patience.longest_wait)
    throw Error(ErrorCode::overloaded, std::format("{} It asks to come back in {} seconds: try again then.",
                                                   failure.sentence, failure.wait.count()));
  if (failures >= patience.attempts)
    throw Error(failure.overloaded ? ErrorCode::overloaded : ErrorCode::unavailable,
                std::format("{} It was tried {} times: try again later, what is downloaded is kept.", failure.sentence,
                            failures));
  const auto doubled = patience.first_wait * (1 << std::min(failures - 1, 10));
  const auto wait = std::min<std::chrono::milliseconds>(std::max<std::chrono::milliseconds>(doubled, failure.wait),
                                                        patience.longest_wait);
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until) {
    check_cancelled(cancellation);
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(wait, std::chrono::milliseconds(20)));
  }
  check_cancelled(cancellation);
}

}  // namespace gerbil::hub
