#include "terminal.hpp"

#include <unistd.h>
#include <mutex>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <format>
#include <iostream>

#include "text_output.hpp"

namespace gerbil::cli {
namespace {

std::string scaled(double value, const std::array<const char*, 5>& units) {
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1000;
  const int decimals = unit == 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return std::format("{:.{}f}{}", value, decimals, units[unit]);
}

std::atomic<const Cancellation*> on_interrupt = nullptr;

// Only what a signal handler may do: lock-free atomics, signal() and raise().
extern "C" void handle_interrupt(int signal) {
  const Cancellation* cancellation = on_interrupt.load();
  if (cancellation == nullptr || cancellation->cancelled()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  } else {
    cancellation->cancel();
  }
}

}  // namespace

bool stdin_is_terminal() { return isatty(STDIN_FILENO) != 0; }
bool stdout_is_terminal() { return isatty(STDOUT_FILENO) != 0; }
bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }

bool may_style() {
  const char* terminal = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string dim(std::string_view text, bool styled) {
  return styled && !text.empty() ? std::format("\x1b[2m{}\x1b[22m", text) : std::string(text);
}

std::string readable_bytes(double bytes) { return scaled(bytes, {" B", " kB", " MB", " GB", " TB"}); }
std::string readable_count(double count) { return scaled(count, {"", " k", " M", " G", " T"}); }

std::string readable_seconds(double seconds) {
  if (seconds < 1) return std::format("{:.0f} ms", seconds * 1000);
  if (seconds < 60) return std::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds);
  return std::format("{} min {:02} s", whole / 60, whole % 60);
}

std::string table(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, value] : rows) width = std::max(width, name.size());
  std::string text;
  for (const auto& [name, value] : rows) text += std::format("{:<{}}  {}\n", name, width, value);
  return text;
}

void say(std::string_view sentence) {
  static std::mutex one_at_a_time;  // the server speaks from several threads
  const std::lock_guard lock(one_at_a_time);
  TextOutput output(std::cerr, STDERR_FILENO);
  output.write("gerbil: ");
  output.write(sentence);
  output.end("\n");
}

InterruptGuard::InterruptGuard(const Cancellation& cancellation) : cancellation_(cancellation) {
  on_interrupt = &cancellation_;
  std::signal(SIGINT, handle_interrupt);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  on_interrupt = nullptr;
}

}  // namespace gerbil::cli
