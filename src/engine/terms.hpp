// When the requests of a call run, and when they end before their time: the same for every task.
#pragma once

#include <cstdint>
#include <optional>

#include "gerbil/cancellation.hpp"
#include "runtime/request.hpp"

namespace gerbil {

struct Terms {
  std::int32_t priority = 0;
  std::optional<runtime::Clock::time_point> deadline;
  Cancellation cancellation;

  void apply(runtime::Request& request) const;
  // Throws Error{cancelled}, and Error{timeout} after the deadline: for what is done before the request waits in line.
  void check() const;
};

// Throws Error{invalid_argument} for a timeout, in seconds, that is negative or no time: 0 is none.
Terms make_terms(std::int32_t priority, double timeout, const Cancellation& cancellation);

// What the options of a task say of it.
Terms terms_of(const auto& options) { return make_terms(options.priority, options.timeout, options.cancellation); }

}  // namespace gerbil
