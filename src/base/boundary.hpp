// What leaves the library is a gerbil::Error. Every public function that may throw does its work inside guarded(), and
// never one guarded() inside another: the inner one gives callers' exceptions back as they were.
#pragma once

#include <exception>
#include <functional>
#include <utility>

namespace gerbil {

// Carries what a callback of the caller's has thrown through the library: at the boundary it is what it was.
struct CallersException {
  std::exception_ptr thrown;
};

// Throws the exception that is being handled as it leaves the library: an Error as it is, what a callback threw as it
// was thrown, and anything else as the Error that says it.
[[noreturn]] void rethrow_at_boundary();

// The same of one that is kept; null stays null.
std::exception_ptr at_boundary(const std::exception_ptr& error) noexcept;

template <typename Action>
decltype(auto) guarded(Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (...) {
    rethrow_at_boundary();
  }
}

// The caller's function, whose exceptions keep what they are. Empty when it is.
template <typename Result, typename... Arguments>
std::function<Result(Arguments...)> callers(std::function<Result(Arguments...)> function) {
  if (!function) return {};
  return [function = std::move(function)](Arguments... arguments) -> Result {
    try {
      return function(std::forward<Arguments>(arguments)...);
    } catch (...) {
      throw CallersException{std::current_exception()};
    }
  };
}

}  // namespace gerbil
