// Trying again what may succeed in a moment.
#pragma once

#include <chrono>

#include "gerbil/cancellation.hpp"
#include "hub/connection.hpp"

namespace gerbil::hub {

struct Patience {
  int attempts = 6;                           // in a row without any progress
  std::chrono::milliseconds first_wait{500};  // twice as long after each
  std::chrono::seconds longest_wait{60};      // more than that a server must not ask for
};

// After `failures` in a row, the last of which is `failure`: waits, or throws Error{unavailable|overloaded} when it is
// enough, or Error{cancelled}.
void wait_after(const Transient& failure, int failures, const Patience& patience, const Cancellation& cancellation);

// Throws Error{cancelled} when it is.
void check_cancelled(const Cancellation& cancellation);

// What `action` gives. It is given the number of failures in a row, and sets it to 0 when it gets on.
template <typename Action>
auto persistently(const Patience& patience, const Cancellation& cancellation, Action action) {
  for (int failures = 0;;) {
    try {
      return action(failures);
    } catch (const Transient& failure) {
      wait_after(failure, ++failures, patience, cancellation);
    }
  }
}

}  // namespace gerbil::hub
