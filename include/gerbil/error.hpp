// The one exception type of gerbil.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace gerbil {

enum class ErrorCode {
  invalid_argument,  // the caller passed something outside the documented range
  not_found,         // a file, model, tensor or device does not exist
  unsupported,       // valid input, but a format, family or option that gerbil does not implement
  corrupt,           // a file contradicts its own format
  context_full,      // prompt and max_tokens do not fit into the context
  device_lost,       // the GPU went away; load the model again to go on
  out_of_memory,     // the device or the KV cache cannot hold what was asked for
  overloaded,        // too many requests wait already; try again later
  unavailable,       // what is needed cannot be had now: a server does not answer, a disk is full
  denied,            // a server does not let this user have it
  timeout,           // the deadline of a request passed before it was done
  cancelled,         // the caller ended the work before it was done
  internal,          // a bug in gerbil, or a failure of the system that it did not expect
};

// "invalid_argument", as it is spelled above.
std::string_view to_string(ErrorCode code);

// what() is a full sentence: what was wrong, the offending value, and what would be right. Nothing else is thrown by
// the library, save that what a callback of the caller's throws comes back as it was.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace gerbil
