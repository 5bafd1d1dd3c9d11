#include "paste.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <span>
#include <utility>

namespace gerbil::cli {
namespace {

constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";
constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";
constexpr std::string_view kControlKeys = "\x03\x04";  // Ctrl-C, Ctrl-D
// Longer than the pieces of one sequence are apart, too short to notice.
constexpr int kEscapeMilliseconds = 30;

constexpr std::string_view kLastKeys = "\r\x03\x04";  // that end a line
// How long isocline takes at most to end a line.
constexpr int kEndMilliseconds = 50;

// Keys for isocline; those that came too late for one line are for the next.
std::string unread;

// Line by line, as it works between two filters, the terminal has turned Enter to a newline and Ctrl-D to a NUL.
void restore_keys(std::span<char> typed_ahead) {
  std::ranges::replace(typed_ahead, '\n', '\r');
  std::ranges::replace(typed_ahead, '\0', kControlKeys[1]);
}

// What a signal that ends the program must put back: there is one terminal.
std::atomic<int> raw_terminal = -1;
termios original_settings{};

extern "C" void restore_terminal_and_end(int number) {
  if (const int terminal = raw_terminal; terminal >= 0) tcsetattr(terminal, TCSANOW, &original_settings);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

// To a terminal; when it is gone there is nobody left to tell.
void write(int file, std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(file, text.data(), text.size());
}

}  // namespace

void PasteTranslator::translate_pasted(char c, std::string& output) {
  const bool second_half = c == '\n' && after_return_;  // of a "\r\n"
  after_return_ = c == '\r';
  if (second_half) return;
  if (c == '\r' || c == '\n')
    output += '\n';
  else if (c == '\t')
    output += "    ";
  else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f')
    output += c;
}

std::string PasteTranslator::translate(std::string_view input) {
  std::string output;
  for (const char c : input) {
    pending_ += c;
    const std::string_view marker = pasting_ ? kPasteEnds : kPasteBegins;
    if (pending_ == marker) {
      pasting_ = !pasting_;
      after_return_ = false;
      pending_.clear();
    }
    // What cannot become a marker any more is ordinary input, but for the last key, which may begin one.
    while (!pending_.empty() && !marker.starts_with(pending_)) {
      if (pasting_)
        translate_pasted(pending_.front(), output);
      else
        output += pending_.front();
      pending_.erase(0, 1);
    }
  }
  return output;
}

std::string PasteTranslator::flush() {
  std::string output;
  for (const char c : std::exchange(pending_, {})) pasting_ ? translate_pasted(c, output) : output.push_back(c);
  return output;
}

KeyboardFilter::KeyboardFilter() {
  int other = -1;
  if (isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &original_settings) != 0 ||
      openpty(&feed_, &other, nullptr, &original_settings, nullptr) != 0)
    return;
  fcntl(feed_, F_SETFL, O_NONBLOCK);
  wake_ = eventfd(0, EFD_CLOEXEC);
  keyboard_ = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  dup2(other, STDIN_FILENO);
  close(other);
  raw_terminal = keyboard_;
  for (const int number : {SIGTERM, SIGHUP, SIGQUIT}) std::signal(number, restore_terminal_and_end);
  // Every key comes at once and as it is; output keeps its line ends.
  termios raw = original_settings;
  raw.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
  tcsetattr(keyboard_, TCSADRAIN, &raw);
  ioctl(keyboard_, FIONREAD, &typed_ahead_);
  write(STDOUT_FILENO, kPasteOn);
  // Signals are for the thread that reads the line.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { forward(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

KeyboardFilter::~KeyboardFilter() {
  if (!thread_.joinable()) return;
  eventfd_write(wake_, 1);
  thread_.join();
  write(STDOUT_FILENO, kPasteOff);
  tcsetattr(keyboard_, TCSADRAIN, &original_settings);
  raw_terminal = -1;
  for (const int number : {SIGTERM, SIGHUP, SIGQUIT}) std::signal(number, SIG_DFL);
  dup2(keyboard_, STDIN_FILENO);
  for (const int file : {keyboard_, feed_, wake_})
    if (file >= 0) close(file);
}

// Whether isocline reads single keys: what comes at other times it throws away when it begins or ends.
bool KeyboardFilter::editing() const {
  termios settings{};
  return tcgetattr(feed_, &settings) == 0 && (settings.c_lflag & ICANON) == 0;
}

bool KeyboardFilter::wait(short event, int milliseconds) const {
  std::array<pollfd, 2> ready{{{feed_, event, 0}, {wake_, POLLIN, 0}}};
  return poll(ready.data(), ready.size(), milliseconds) >= 0 && ready[1].revents == 0;
}

bool KeyboardFilter::feed(std::string_view keys) {
  unread += keys;
  while (!unread.empty()) {
    if (!editing()) {
      if (!wait(0, 1)) return false;
      continue;
    }
    const std::size_t end = unread.find_first_of(kLastKeys);
    const std::size_t count = end == std::string::npos ? unread.size() : end + 1;
    if (end != std::string::npos) interrupted_ = unread[end] == kControlKeys[0];
    if (!wait(POLLOUT, -1)) return false;
    const ssize_t written = ::write(feed_, unread.data(), count);
    if (written < 0 && errno != EAGAIN) return false;
    unread.erase(0, static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    // What follows the last key of a line is for the next one. It may have been none, in a menu for example: then
    // nothing ends.
    const bool ends = end != std::string::npos && written == static_cast<ssize_t>(count);
    for (int i = 0; ends && i < kEndMilliseconds && editing(); ++i)
      if (!wait(0, 1)) return false;
  }
  return true;
}

void KeyboardFilter::forward() {
  PasteTranslator translator;
  std::array<pollfd, 2> ready{{{keyboard_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  std::array<char, 4096> buffer{};
  if (!feed({})) return;
  for (;;) {
    const int events = poll(ready.data(), ready.size(), translator.holds_back() ? kEscapeMilliseconds : -1);
    if (events < 0 || ready[1].revents != 0) return;
    if (events == 0) {
      if (!feed(translator.flush())) return;
      continue;
    }
    const ssize_t count = read(keyboard_, buffer.data(), buffer.size());
    if (count <= 0) {  // the terminal is gone: so is standard input
      close(std::exchange(feed_, -1));
      return;
    }
    const auto early = static_cast<std::size_t>(std::min<ssize_t>(typed_ahead_, count));
    restore_keys(std::span(buffer).first(early));
    typed_ahead_ -= static_cast<int>(early);
    if (!feed(translator.translate({buffer.data(), static_cast<std::size_t>(count)}))) return;
  }
}

}  // namespace gerbil::cli
