#include "base/thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif
#ifdef __EMSCRIPTEN__
#include <emscripten/threading.h>

#include <limits>

extern "C" int gerbil_spare_threads();  // platform.js
#endif

namespace gerbil {
namespace {

#ifdef __EMSCRIPTEN__
// libc++ sleeps for milliseconds there and looks again. The module's own thread does meanwhile what others ask of it,
// such as reading files.
template <typename T>
void wait_for_change(std::atomic<T>& value, T old) {
  static_assert(sizeof value == 4);
  while (value.load(std::memory_order_acquire) == old)
    emscripten_futex_wait(&value, static_cast<std::uint32_t>(old), std::numeric_limits<double>::infinity());
}
template <typename T>
void wake_all(std::atomic<T>& value) {
  emscripten_futex_wake(&value, std::numeric_limits<int>::max());
}
// Between two tasks, too: threads that wait for a file would otherwise do so until the whole loop is over.
void do_what_others_ask() { emscripten_current_thread_process_queued_calls(); }
#else
template <typename T>
void wait_for_change(std::atomic<T>& value, T old) {
  value.wait(old, std::memory_order_acquire);
}
template <typename T>
void wake_all(std::atomic<T>& value) {
  value.notify_all();
}
void do_what_others_ask() {}
#endif

int count_usable_cores() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// How often a waiting thread looks before it sleeps: a step has hundreds of short loops a few microseconds apart, and
// waking from the kernel costs more than the gap. About 50 µs.
constexpr int spins = 4000;

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

struct ThreadPool::Workers {
  // Odd cache lines for what every thread writes.
  alignas(128) std::atomic<std::uint32_t> generation{0};  // rises when a loop starts; 0 modulo 2^32 is fine
  alignas(128) std::atomic<std::size_t> next{0};
  alignas(128) std::atomic<int> busy{0};
  std::atomic<bool> stop{false};
  std::size_t count = 0;
  const void* body = nullptr;
  Call call = nullptr;
  std::vector<std::jthread> threads;

  void work(std::size_t thread) {
    for (;;) {
      const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      call(body, index, thread);
      if (thread == 0) do_what_others_ask();
    }
  }

  void loop(std::size_t thread) {
    std::uint32_t seen = 0;
    for (;;) {
      std::uint32_t now = generation.load(std::memory_order_acquire);
      for (int i = 0; now == seen && i < spins; ++i) {
        pause();
        now = generation.load(std::memory_order_acquire);
      }
      if (now == seen) {
        wait_for_change(generation, seen);
        continue;
      }
      seen = now;
      if (stop.load(std::memory_order_relaxed)) return;
      work(thread);
      if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) wake_all(busy);
    }
  }
};

int ThreadPool::usable_cores() { return count_usable_cores(); }

ThreadPool::ThreadPool(int threads) : threads_(threads > 0 ? threads : usable_cores()) {
#ifdef __EMSCRIPTEN__
  threads_ = std::min(threads_, gerbil_spare_threads() + 1);
#endif
  workers_ = std::make_unique<Workers>();
  for (int thread = 1; thread < threads_; ++thread) {
    workers_->threads.emplace_back([this, thread] { workers_->loop(static_cast<std::size_t>(thread)); });
  }
}

ThreadPool::~ThreadPool() {
  workers_->stop = true;
  workers_->generation.fetch_add(1, std::memory_order_release);
  wake_all(workers_->generation);
}

void ThreadPool::run_erased(std::size_t count, const void* body, Call call) {
  Workers& w = *workers_;
  if (count <= 1 || w.threads.empty()) {
    for (std::size_t index = 0; index < count; ++index) call(body, index, 0);
    return;
  }
  w.count = count;
  w.body = body;
  w.call = call;
  w.next.store(0, std::memory_order_relaxed);
  w.busy.store(static_cast<int>(w.threads.size()), std::memory_order_relaxed);
  w.generation.fetch_add(1, std::memory_order_release);
  wake_all(w.generation);
  w.work(0);
  for (int i = 0; w.busy.load(std::memory_order_acquire) != 0; ++i) {
    const int busy = w.busy.load(std::memory_order_acquire);
    if (i < spins) {
      pause();
    } else if (busy != 0) {
      wait_for_change(w.busy, busy);
    }
  }
}

}  // namespace gerbil
