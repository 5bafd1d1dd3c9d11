// GPTQ's configuration, as GPTQModel and AutoGPTQ write it.
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace gerbil::formats {

struct GptqParameters {
  int bits = 4;     // 2, 4 or 8
  int group = 128;  // consecutive inputs of one scale; -1: a whole row
};

struct GptqScheme {
  GptqParameters common;
  bool zero_points_minus_one = true;  // format "gptq" (v1) stores zero points less one; "gptq_v2" does not

  // `dynamic`: the first pattern that matches the beginning of a module's path decides. Empty parameters: not
  // quantised.
  struct Rule {
    std::string pattern;
    std::regex expression;
    std::optional<GptqParameters> parameters;
  };
  std::vector<Rule> rules;

  // What holds for `module`; empty when a rule says that it is not quantised.
  std::optional<GptqParameters> parameters(const std::string& module) const;
};

// From the value of quantization_config (or the whole of quantize_config.json). Throws Error{corrupt|unsupported}.
GptqScheme parse_gptq(const Json& object);

}  // namespace gerbil::formats
