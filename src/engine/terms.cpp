#include "engine/terms.hpp"

#include <chrono>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

constexpr double longest_timeout = 1e9;  // half of a human life, and a number that clocks can add

}  // namespace

void Terms::apply(runtime::Request& request) const {
  request.priority = priority;
  request.deadline = deadline;
  request.cancelled = [flag = cancellation] { return flag.cancelled(); };
}

void Terms::check() const {
  if (cancellation.cancelled())
    throw Error(ErrorCode::cancelled, "The request was cancelled while its grammar was compiled.");
  if (deadline && runtime::Clock::now() > *deadline)
    throw Error(ErrorCode::timeout, "The deadline passed while the grammar of the request was compiled.");
}

Terms make_terms(std::int32_t priority, double timeout, const Cancellation& cancellation) {
  if (!(timeout >= 0.0 && timeout <= longest_timeout)) {
    throw Error(ErrorCode::invalid_argument,
                std::format("timeout is {}, but should be between 0 and {} seconds.", timeout, longest_timeout));
  }
  Terms terms{.priority = priority, .cancellation = cancellation};
  if (timeout > 0) {
    terms.deadline = runtime::Clock::now() +
                     std::chrono::duration_cast<runtime::Clock::duration>(std::chrono::duration<double>(timeout));
  }
  return terms;
}

}  // namespace gerbil
