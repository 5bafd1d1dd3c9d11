#include "standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <format>
#include <iostream>
#include <string_view>

#include "exit_codes.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

// The next file to be opened would take the number of a standard stream that is missing, and the result would go there.
// Source: gnulib, stdopen.
void occupy_missing_streams() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(file, F_GETFD) != -1 || errno != EBADF) continue;
    open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // the lowest number that is free: `file`
  }
}

[[noreturn]] void give_up(int error) {
  if (error == EPIPE) {  // one that reads no more is no error; only where SIGPIPE is ignored does this need doing
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  say(std::format("the result cannot be written to stdout: {}.", std::strerror(error)));
  std::_Exit(kError);
}

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {  // a pipe that another process has set not to wait
      pollfd ready{STDOUT_FILENO, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      give_up(errno);
    }
  }
}

}  // namespace

StandardStreams::Results::Results() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

// The buffer is empty before it is written: what says why that failed flushes std::cout again.
void StandardStreams::Results::write_out() {
  const std::string_view bytes(pbase(), pptr());
  setp(pbase(), epptr());
  write_all(bytes);
}

StandardStreams::Results::int_type StandardStreams::Results::overflow(int_type next) {
  write_out();
  return traits_type::eq_int_type(next, traits_type::eof()) ? traits_type::not_eof(next)
                                                            : sputc(traits_type::to_char_type(next));
}

int StandardStreams::Results::sync() {
  write_out();
  return 0;
}

StandardStreams::StandardStreams() : before_(std::cout.rdbuf(&results_)) { occupy_missing_streams(); }

StandardStreams::~StandardStreams() {
  std::cout.flush();
  std::cout.rdbuf(before_);
}

}  // namespace gerbil::cli
