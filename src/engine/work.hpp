// A call of the public API as requests of the runtime: what is asked for, and what becomes of it. Waiting for it and
// submitting it are the same work, put to a driver in two ways.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/boundary.hpp"
#include "runtime/driver.hpp"

namespace gerbil {

template <typename Result>
struct Work {
  std::vector<runtime::Request> requests;
  // What happens to request `number` before its end; false ends it.
  std::function<bool(std::size_t number, const runtime::Event&)> take;
  // Called once, when all have ended well.
  std::function<Result(std::vector<runtime::Outcome>)> finish;
};

// The same work, and what `more` makes of its result.
template <typename Result, typename First>
Work<Result> then(Work<First> work, std::function<Result(First)> more) {
  return {std::move(work.requests), std::move(work.take),
          [finish = std::move(work.finish), more = std::move(more)](std::vector<runtime::Outcome> outcomes) {
            return more(finish(std::move(outcomes)));
          }};
}

template <typename Result>
Result run(runtime::Driver& driver, Work<Result> work) {
  return work.finish(driver.run(std::move(work.requests), work.take));
}

// Submits requests that belong together. `end` is called once, when all have ended, with their outcomes or the first
// error, which ends the others; without requests at once. What it throws is lost. Throws as Driver::submit does for any
// of them, and then nothing more is heard of the others. Of many requests some wait here until others have ended, so
// that a call that has begun is not refused because the queue is full.
void submit_all(runtime::Driver& driver, std::vector<runtime::Request> requests,
                std::function<bool(std::size_t, const runtime::Event&)> take,
                std::function<void(std::vector<runtime::Outcome>, std::exception_ptr)> end);

template <typename Result>
void submit(runtime::Driver& driver, Work<Result> work, std::function<void(Result, std::exception_ptr)> done) {
  auto end = [finish = std::move(work.finish), done = std::move(done)](std::vector<runtime::Outcome> outcomes,
                                                                       std::exception_ptr error) {
    Result result;
    if (!error) {
      try {
        result = finish(std::move(outcomes));
      } catch (...) {
        error = std::current_exception();
      }
    }
    done(std::move(result), at_boundary(error));
  };
  submit_all(driver, std::move(work.requests), std::move(work.take), std::move(end));
}

}  // namespace gerbil
