// A fixed set of threads that share one loop at a time.
#pragma once

#include <cstddef>
#include <memory>
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

 private:
  using Call = void (*)(const void* body, std::size_t index, std::size_t thread);
  void run_erased(std::size_t count, const void* body, Call call);

  struct Workers;
  int threads_ = 1;
  std::unique_ptr<Workers> workers_;
};

}  // namespace gerbil
