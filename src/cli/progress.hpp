// A progress bar on stderr: how much is done and the time left, for anything that takes over a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace gerbil::cli {

// What a bar counts: "1.25 GB of 2.5 GB", or "1200 of 5000 texts".
enum class ProgressUnit { bytes, texts };

// Draws nothing when stderr is not a terminal, nor in the first second. The bar disappears at the end.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label, ProgressUnit unit = ProgressUnit::bytes);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // What was done before, so that it does not count as speed.
  void begin(std::int64_t done) { begun_ = done; }
  // `done` of `total`, in the bar's unit. May be called from any thread.
  void update(std::int64_t done, std::int64_t total);

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  ProgressUnit unit_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  std::int64_t begun_ = 0;
  std::mutex mutex_;
};

// One line of the bar, without control characters, `elapsed` seconds after the start, when `begun` had been done.
std::string progress_line(const std::string& label, ProgressUnit unit, std::int64_t begun, std::int64_t done,
                          std::int64_t total, double elapsed);

}  // namespace gerbil::cli
