// Runs the built program as a user does.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace gerbil::testing {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

struct Outcome {
  int status = -1;  // exit code, or 128 + the signal that ended it
  std::string out;
  std::string err;
};

// Runs `gerbil ARGUMENTS` with `input` as standard input, outside of any terminal.
Outcome gerbil(const Arguments& arguments, const std::string& input = {});

// Runs a script of the shell, for which "$0" is the program and "$@" are `arguments`.
Outcome shell(const std::string& script, const Arguments& arguments = {});

// Runs `gerbil ARGUMENTS`, expects exit code 0 and one JSON value on stdout.
Json gerbil_json(Arguments arguments, const std::string& input = {});

std::string nano();                                      // models/nano of the repository
std::filesystem::path fixture(const std::string& name);  // in tests/fixtures

// A folder that is gone at the end of its scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const;  // gives its path

 private:
  std::filesystem::path path_;
};

// The program at a terminal.
class Terminal {
 public:
  // `state` becomes $XDG_STATE_HOME.
  Terminal(const Arguments& arguments, const std::filesystem::path& state, unsigned short columns = 100);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys) const;
  // Waits until `text` appears in what was shown after the last match. False after half a minute, or at the end.
  bool shows(const std::string& text);
  int wait();                                            // for the end; exit code as in Outcome
  const std::string& screen() const { return screen_; }  // everything that was shown

 private:
  bool read_more(int milliseconds);
  pid_t child_ = -1;
  int terminal_ = -1;
  std::string screen_;
  std::size_t matched_ = 0;
};

}  // namespace gerbil::testing
