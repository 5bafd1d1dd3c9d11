// Why a template cannot be read or rendered.
#pragma once

#include <stdexcept>
#include <string>

namespace gerbil::jinja {

// What Python would raise. what() is its message, without the place.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The same in the template's source, with the line.
struct SyntaxFailure : Failure {
  SyntaxFailure(const std::string& message, int at) : Failure(message), line(at) {}
  int line;
};

// What the template itself refuses, by raise_exception.
struct Raised : Failure {
  using Failure::Failure;
};

[[noreturn]] inline void fail(const std::string& message) { throw Failure(message); }

}  // namespace gerbil::jinja
