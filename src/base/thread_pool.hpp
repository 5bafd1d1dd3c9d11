// A fixed set of threads that share one loop at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <type_traits>

namespace gerbil {

class ThreadPool {
 public:
  // threads = 0: one for every core this process may run on. The calling thread counts as one of them.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return threads_; }

  // Cores that this process may run on.
  static int usable_cores();

  // Calls body(index, thread) for every index in [0, count) and returns when all are done; thread is in [0, size()).
  // Which thread runs which index is not defined, so results must not depend on it. Neither allocates nor locks.
  // Calls of run() must not overlap or nest.
  template <typename Body>
  void run(std::size_t count, const Body& body) {
    run_erased(count, &body, [](const void* b, std::size_t index, std::size_t thread) {
      (*static_cast<const Body*>(b))(index, thread);
    });
  }

  // The same for a body that may throw: the first exception ends the loop and reaches the caller.
  template <typename Body>
  void run_throwing(std::int64_t count, const Body& body) {
    std::exception_ptr error;
    std::mutex mutex;
    std::atomic<bool> failed = false;
    run(static_cast<std::size_t>(count), [&](std::size_t index, std::size_t) {
      if (failed.load(std::memory_order_relaxed)) return;
      try {
        body(static_cast<std::int64_t>(index));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failed.exchange(true)) error = std::current_exception();
      }
    });
    if (error) std::rethrow_exception(error);
  }

 private:
  using Call = void (*)(const void* body, std::size_t index, std::size_t thread);
  void run_erased(std::size_t count, const void* body, Call call);

  struct Workers;
  int threads_ = 1;
  std::unique_ptr<Workers> workers_;
};

}  // namespace gerbil
