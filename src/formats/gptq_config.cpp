#include <algorithm>

#include "formats/format.hpp"
#include "formats/gptq.hpp"
#include "formats/tensor.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

void check(const GptqParameters& parameters, const std::string& where) {
  if (!std::ranges::contains(gptq_bits, parameters.bits)) {
    throw Error(ErrorCode::unsupported, where + " has bits " + std::to_string(parameters.bits) +
                                            "; gerbil reads GPTQ weights of 2, 3, 4 and 8 bits.");
  }
  if (parameters.group != -1 && parameters.group <= 0) {
    throw Error(ErrorCode::corrupt, where + " has group_size " + std::to_string(parameters.group) +
                                        "; it must be positive, or -1 for whole rows.");
  }
}

GptqScheme::Rule parse_rule(const std::string& key, const Json& value, const GptqParameters& common) {
  const bool negative = key.starts_with("-:");
  GptqScheme::Rule rule{Pattern(negative || key.starts_with("+:") ? key.substr(2) : key), std::nullopt};
  if (negative) return rule;
  const std::string where = "GPTQ's 'dynamic' entry '" + shown(key) + "'";
  if (!value.is_object()) throw Error(ErrorCode::corrupt, where + " is not an object.");
  rule.parameters = {configured_size(value, "bits", common.bits), configured_size(value, "group_size", common.group)};
  check(*rule.parameters, where);
  return rule;
}

}  // namespace

std::optional<GptqParameters> GptqScheme::parameters(const std::string& module) const {
  if (const auto own = modules.find(module); own != modules.end()) return own->second;
  for (const Rule& rule : rules) {
    if (rule.pattern.matches_begin(module)) return rule.parameters;
  }
  return common;
}

bool is_gptq(const Json& object) {
  const std::string method = quantization_method(object);
  if (method != "auto-round" && method != "intel/auto-round") return method == "gptq";
  // Of AutoRound's own packings, "auto_gptq" is GPTQ's v1 (auto_round/inference/backend.py).
  return json_value<std::string>(object, "packing_format", "").ends_with("auto_gptq");
}

GptqScheme parse_gptq(const Json& object) {
  GptqScheme scheme;
  scheme.common = {configured_size(object, "bits", 4), configured_size(object, "group_size", 128)};
  check(scheme.common, "GPTQ's quantization_config");

  // AutoGPTQ had "is_marlin_format"; GPTQModel writes "checkpoint_format" and, newer, "format".
  auto format = json_value<std::string>(object, "checkpoint_format", "");
  if (format.empty()) format = json_value<std::string>(object, "format", "gptq");
  if (json_value(object, "is_marlin_format", false)) format = "marlin";
  if (format != "gptq" && format != "gptq_v2") {
    throw Error(ErrorCode::unsupported, "The checkpoint is in the GPTQ checkpoint format '" + shown(format) +
                                            "'; gerbil reads 'gptq' and 'gptq_v2'.");
  }
  scheme.zero_points_minus_one = format == "gptq";
  const auto pack = json_value<std::string>(object, "pack_dtype", "int32");
  if (pack != "int32" && pack != "torch.int32") {
    throw Error(ErrorCode::unsupported,
                "The GPTQ checkpoint packs its codes into '" + shown(pack) + "'; gerbil reads 'int32'.");
  }
  if (const auto dynamic = object.find("dynamic"); dynamic != object.end() && !dynamic->is_null()) {
    if (!dynamic->is_object()) throw Error(ErrorCode::corrupt, "GPTQ's 'dynamic' is not an object of patterns.");
    for (const auto& [key, value] : dynamic->items()) scheme.rules.push_back(parse_rule(key, value, scheme.common));
  }
  if (const auto extra = object.find("extra_config"); extra != object.end() && extra->is_object()) {
    for (const auto& [module, value] : extra->items()) {
      GptqParameters parameters{configured_size(value, "bits", scheme.common.bits),
                                configured_size(value, "group_size", scheme.common.group)};
      // AutoRound writes 16 bits and more of what stays as it is.
      if (parameters.bits >= 16) continue;
      check(parameters, "AutoRound's 'extra_config' entry '" + shown(module) + "'");
      scheme.modules.emplace(module, parameters);
    }
  }
  return scheme;
}

}  // namespace gerbil::formats
