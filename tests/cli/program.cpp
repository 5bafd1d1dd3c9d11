#include "program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace gerbil::testing {
namespace {

int exit_status(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void become(const char* program, const Arguments& arguments) {
  std::vector<char*> pointers{const_cast<char*>(program)};
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  execv(program, pointers.data());
  _exit(127);
}

std::string contents(int file) {
  std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(file, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  close(file);
  return text;
}

Outcome run(const char* program, const Arguments& arguments, const std::string& input) {
  // Files in memory take any amount of text in any order, unlike pipes.
  const int in = memfd_create("in", 0), out = memfd_create("out", 0), err = memfd_create("err", 0);
  EXPECT_EQ(write(in, input.data(), input.size()), static_cast<ssize_t>(input.size()));
  lseek(in, 0, SEEK_SET);
  const pid_t child = fork();
  if (child == 0) {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    become(program, arguments);
  }
  Outcome outcome;
  outcome.status = exit_status(child);
  close(in);
  outcome.out = contents(out);
  outcome.err = contents(err);
  return outcome;
}

}  // namespace

Outcome gerbil(const Arguments& arguments, const std::string& input) { return run(GERBIL_PROGRAM, arguments, input); }

Outcome shell(const std::string& script, const Arguments& arguments) {
  Arguments all{"-c", script, GERBIL_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run("/bin/sh", all, {});
}

Json gerbil_json(Arguments arguments, const std::string& input) {
  arguments.emplace_back("--json");
  const Outcome outcome = gerbil(arguments, input);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.ends_with('\n'));
  const Json json = Json::parse(outcome.out, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << outcome.out;
  return json;
}

std::string nano() { return GERBIL_MODELS "/nano"; }

std::filesystem::path fixture(const std::string& name) { return std::filesystem::path(GERBIL_FIXTURES) / name; }

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "gerbil-cli-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
  return (path_ / name).string();
}

Terminal::Terminal(const Arguments& arguments, const std::filesystem::path& state, unsigned short columns) {
  const winsize size{.ws_row = 40, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  child_ = forkpty(&terminal_, nullptr, nullptr, &size);
  if (child_ == 0) {
    setenv("TERM", "xterm", 1);
    setenv("XDG_STATE_HOME", state.c_str(), 1);
    become(GERBIL_PROGRAM, arguments);
  }
}

Terminal::~Terminal() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    exit_status(child_);
  }
  close(terminal_);
}

void Terminal::type(const std::string& keys) const {
  ASSERT_EQ(write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
}

bool Terminal::read_more(int milliseconds) {
  pollfd ready{terminal_, POLLIN, 0};
  if (poll(&ready, 1, milliseconds) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t count = read(terminal_, buffer.data(), buffer.size());
  if (count <= 0) return false;
  screen_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool Terminal::shows(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    const std::size_t found = screen_.find(text, matched_);
    if (found != std::string::npos) {
      matched_ = found + text.size();
      return true;
    }
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0 || !read_more(static_cast<int>(left / std::chrono::milliseconds(1)))) return false;
  }
}

int Terminal::wait() {
  while (read_more(30000)) {
  }
  // What still runs when nothing more is shown would run for ever.
  kill(child_, SIGKILL);
  return exit_status(std::exchange(child_, -1));
}

}  // namespace gerbil::testing
