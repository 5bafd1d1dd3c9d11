// A lock that goes to whoever has waited for it longest. A std::mutex may go to the same thread again and again, which
// runs one model's steps and starves another's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace gerbil {

class Turns {  // is Lockable
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    const std::uint64_t mine = next_++;
    changed_.wait(guard, [&] { return now_ == mine; });
  }
  bool try_lock() {
    const std::lock_guard guard(mutex_);
    if (now_ != next_) return false;
    ++next_;
    return true;
  }
  void unlock() {
    {
      const std::lock_guard guard(mutex_);
      ++now_;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t now_ = 0;   // whose turn it is
  std::uint64_t next_ = 0;  // who comes next
};

}  // namespace gerbil
