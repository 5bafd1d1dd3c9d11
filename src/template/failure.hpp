// Why a template cannot be read or rendered.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gerbil::jinja {

// What Python would raise. what() is its message, without the place: at most `longest` bytes of it, as it may quote
// values of any size.
struct Failure : std::runtime_error {
  explicit Failure(const std::string& message, std::size_t longest = 600)
      : std::runtime_error(message.size() <= longest ? message : clipped(message, longest)) {}

 private:
  static std::string clipped(std::string_view message, std::size_t longest);
};

// The same in the template's source, with the line.
struct SyntaxFailure : Failure {
  SyntaxFailure(const std::string& message, int at) : Failure(message), line(at) {}
  int line;
};

// What the template itself refuses, by raise_exception.
struct Raised : Failure {
  explicit Raised(const std::string& message) : Failure(message, std::size_t{16} << 10) {}
};

[[noreturn]] inline void fail(const std::string& message) { throw Failure(message); }

}  // namespace gerbil::jinja
