// Files that contradict themselves or ask for what is not there: each is an Error that says so, none does harm.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "gerbil/error.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil::tokenizer {

struct Attack {
  const char* name;
  ErrorCode code;
  std::string says;  // part of the message
  std::string json;
};

inline std::string with(const std::string& component) {
  return "{" + component + R"(, "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}})";
}

inline std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

class Malformed : public testing::TestWithParam<Attack> {};

inline std::string attack_name(const testing::TestParamInfo<Attack>& attack) { return attack.param.name; }

inline void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.json.substr(0, 200); }

}  // namespace gerbil::tokenizer
