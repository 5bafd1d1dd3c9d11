// Checks for what a gerbil::Error says.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "gerbil/error.hpp"

namespace gerbil::test {

// Runs `action`, which must throw an Error with this code, and returns its sentence.
template <typename Action>
std::string error_of(ErrorCode code, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}

}  // namespace gerbil::test
