#include "progress.hpp"

#include <algorithm>
#include <format>
#include <iostream>
#include <utility>

#include "terminal.hpp"

namespace gerbil::cli {

namespace {

std::string amount(ProgressUnit unit, std::int64_t done, std::int64_t total) {
  if (unit == ProgressUnit::texts) return std::format("{} of {} texts", done, total);
  return readable_bytes(static_cast<double>(done)) + " of " + readable_bytes(static_cast<double>(total));
}

}  // namespace

std::string progress_line(const std::string& label, ProgressUnit unit, std::int64_t begun, std::int64_t done,
                          std::int64_t total, double elapsed) {
  constexpr int kWidth = 24;
  const double share = total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0.0;
  const int filled = static_cast<int>(share * kWidth);
  const std::string left = done > begun
                               ? std::format("{} left", readable_seconds(elapsed * static_cast<double>(total - done) /
                                                                         static_cast<double>(done - begun)))
                               : std::string("starting");
  return std::format("{} [{:#<{}}{:.<{}}] {}, {}", label, "", filled, "", kWidth - filled, amount(unit, done, total),
                     left);
}

ProgressBar::ProgressBar(std::string label, ProgressUnit unit)
    : label_(std::move(label)), unit_(unit), enabled_(stderr_is_terminal()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
}

void ProgressBar::update(std::int64_t done, std::int64_t total) {
  if (!enabled_) return;
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  const bool due = drawn_ ? now - last_ >= std::chrono::milliseconds(100) : now - start_ >= std::chrono::seconds(1);
  if (!due) return;
  last_ = now;
  drawn_ = true;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::cerr << '\r' << progress_line(label_, unit_, begun_, done, total, elapsed) << "\x1b[K" << std::flush;
}

}  // namespace gerbil::cli
