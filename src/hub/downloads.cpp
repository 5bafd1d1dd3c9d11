#include "hub/downloads.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gerbil::hub {
namespace {

// The sum over all files, told to the caller a few times a second at most.
class Progress {
 public:
  Progress(const Downloads& downloads, const PullOptions& options) : tell_(options.progress) {
    for (const auto& [id, wanted] : downloads) {
      total_ += wanted.file.size;
      done_ += wanted.here;
    }
    if (tell_) tell_(done_, total_);
  }

  void moved(std::int64_t bytes) {
    if (!tell_) return;
    const std::lock_guard lock(mutex_);
    done_ += bytes;
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::milliseconds(50) && done_ != total_) return;
    told_ = now;
    tell_(done_, total_);
  }

 private:
  const std::function<void(std::int64_t, std::int64_t)>& tell_;
  std::mutex mutex_;
  std::int64_t done_ = 0, total_ = 0;
  std::chrono::steady_clock::time_point told_;
};

}  // namespace

std::int64_t fetch_all(const Context& context, const Store& store, const std::string& commit,
                       const Downloads& downloads, const PullOptions& options) {
  std::vector<const Wanted*> queue;
  for (const auto& [id, wanted] : downloads) queue.push_back(&wanted);
  std::ranges::stable_sort(queue, std::greater(), [](const Wanted* wanted) { return wanted->file.size; });

  Progress progress(downloads, options);
  Context shared = context;
  shared.cancellation = context.cancellation.child();  // ends with the caller's, or with the first error
  std::atomic<std::size_t> next = 0;
  std::atomic<std::int64_t> bytes = 0;
  std::mutex mutex;
  std::exception_ptr first;
  const auto work = [&] {
    try {
      Client client(shared);
      for (std::size_t i = next++; i < queue.size(); i = next++) {
        std::int64_t here = queue[i]->here;
        bytes +=
            fetch(client, store, commit, queue[i]->path, queue[i]->file, options.verify, [&](std::int64_t reached) {
              progress.moved(reached - here);
              here = reached;
            });
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!first) first = std::current_exception();
      shared.cancellation.cancel();
    }
  };
  {
    std::vector<std::jthread> threads;
    const auto count = std::min(queue.size(), static_cast<std::size_t>(options.connections));
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back(work);
    if (count > 0) work();
  }
  if (first) std::rethrow_exception(first);
  return bytes;
}

}  // namespace gerbil::hub
