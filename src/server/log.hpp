// Lines for the person who runs the server. On the thread of the front only.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace gerbil::server {

class Log {
 public:
  using Write = std::function<void(std::string_view line)>;
  explicit Log(Write write) : write_(std::move(write)) {}
  void say(std::string_view line) const { write_(line); }
  // The first time only, and of different lines no more than a stranger should fill a disk with.
  void say_once(const std::string& line) {
    if (said_.size() < 1000 && said_.insert(line).second) write_(line);
  }

 private:
  Write write_;
  std::set<std::string> said_;
};

}  // namespace gerbil::server
