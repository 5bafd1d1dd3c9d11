// What a call begins with: its name, and all before its arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "calls/format.hpp"
#include "calls/match.hpp"
#include "calls/tools.hpp"

namespace gerbil::calls {

struct Limits {
  static constexpr std::size_t name_bytes = 256;            // of a tool, an argument or an id
  static constexpr std::size_t header_bytes = 16 << 10;     // of all before the arguments
  static constexpr std::size_t argument_bytes = 256 << 10;  // of one that is no text between tags
  static constexpr std::size_t calls = 256;                 // of an answer
};

struct Header {
  Fit fit = Fit::no;
  std::size_t size = 0;  // of the text, where it fits
  std::string name;
  std::string id;         // may be empty
  std::string arguments;  // JSON, where they came before the name
  bool closed = false;    // of an object: its brace was there
};

// `text` begins behind the literal before a call. A call of a bare format names one of `tools`.
Header read_header(std::string_view text, const ToolCallFormat& format, const Tools& tools);

// A value that a member of an object has, as JSON; empty when it goes on or is none, which `fit` says.
struct Value {
  Fit fit = Fit::no;
  std::size_t size = 0;
  std::string json;
};
Value read_value(std::string_view text);

// The rest of an object's members, from a comma or brace to its brace.
Found read_object_end(std::string_view text);

// The arguments that a JSON value is: an object, one in a text, or null. Empty for anything else.
std::string arguments_of(const std::string& json);

}  // namespace gerbil::calls
