// GPTQ's configuration, as GPTQModel and AutoGPTQ write it, and AutoRound where it packs as they do.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "formats/pattern.hpp"

namespace gerbil::formats {

inline constexpr std::array gptq_bits{2, 3, 4, 8};

struct GptqParameters {
  int bits = 4;     // 2, 3, 4 or 8
  int group = 128;  // consecutive inputs of one scale; -1: a whole row
};

struct GptqScheme {
  GptqParameters common;
  bool zero_points_minus_one = true;  // format "gptq" (v1) stores zero points less one; "gptq_v2" does not

  // `dynamic`: the first pattern that matches the beginning of a module's path decides; before them the modules that
  // AutoRound's extra_config names. Empty parameters: not quantised.
  struct Rule {
    Pattern pattern;
    std::optional<GptqParameters> parameters;
  };
  std::vector<Rule> rules;
  std::map<std::string, GptqParameters, std::less<>> modules;

  // What holds for `module`; empty when a rule says that it is not quantised.
  std::optional<GptqParameters> parameters(const std::string& module) const;
};

// Whether the value of a quantization_config announces weights that are packed as GPTQ's: quant_method "gptq", or
// "auto-round" with a packing_format that ends in "auto_gptq".
bool is_gptq(const Json& object);

// From the value of quantization_config (or the whole of quantize_config.json). Throws Error{corrupt|unsupported}.
GptqScheme parse_gptq(const Json& object);

}  // namespace gerbil::formats
