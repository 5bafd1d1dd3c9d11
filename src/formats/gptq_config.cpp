#include <string_view>
#include <utility>

#include "formats/gptq.hpp"
#include "formats/tensor.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

constexpr std::size_t longest_pattern = 1000;

void check(const GptqParameters& parameters, const std::string& where) {
  if (parameters.bits != 2 && parameters.bits != 4 && parameters.bits != 8) {
    throw Error(ErrorCode::unsupported, where + " has bits " + std::to_string(parameters.bits) +
                                            "; gerbil reads GPTQ weights of 2, 4 and 8 bits.");
  }
  if (parameters.group != -1 && parameters.group <= 0) {
    throw Error(ErrorCode::corrupt, where + " has group_size " + std::to_string(parameters.group) +
                                        "; it must be positive, or -1 for whole rows.");
  }
}

std::regex compile(const std::string& pattern) {
  auto flags = std::regex::ECMAScript | std::regex::optimize;
#ifdef __GLIBCXX__
  // A pattern from a stranger must not take exponential time: libstdc++ then matches breadth-first.
  flags |= std::regex_constants::__polynomial;
#endif
  if (pattern.size() > longest_pattern) {
    throw Error(ErrorCode::unsupported, "A pattern of GPTQ's 'dynamic' has " + std::to_string(pattern.size()) +
                                            " characters; at most " + std::to_string(longest_pattern) +
                                            " are allowed.");
  }
  try {
    return std::regex(pattern, flags);
  } catch (const std::regex_error& error) {
    throw Error(ErrorCode::unsupported, "The pattern '" + shown(pattern) + "' of GPTQ's 'dynamic' cannot be read (" +
                                            error.what() + "); gerbil reads ECMAScript regular expressions.");
  }
}

GptqScheme::Rule parse_rule(const std::string& key, const Json& value, const GptqParameters& common) {
  const bool negative = key.starts_with("-:");
  const std::string pattern = negative || key.starts_with("+:") ? key.substr(2) : key;
  GptqScheme::Rule rule{pattern, compile(pattern), std::nullopt};
  if (negative) return rule;
  const std::string where = "GPTQ's 'dynamic' entry '" + shown(key) + "'";
  if (!value.is_object()) throw Error(ErrorCode::corrupt, where + " is not an object.");
  rule.parameters = {json_value(value, "bits", common.bits), json_value(value, "group_size", common.group)};
  check(*rule.parameters, where);
  return rule;
}

}  // namespace

std::optional<GptqParameters> GptqScheme::parameters(const std::string& module) const {
  for (const Rule& rule : rules) {
    bool matches = false;
    try {
      matches = std::regex_search(module, rule.expression, std::regex_constants::match_continuous);
    } catch (const std::regex_error& error) {
      throw Error(ErrorCode::unsupported, "The pattern '" + shown(rule.pattern) +
                                              "' of GPTQ's 'dynamic' is too complex to " + "match against '" + module +
                                              "' (" + error.what() + ").");
    }
    if (matches) return rule.parameters;
  }
  return common;
}

GptqScheme parse_gptq(const Json& object) {
  GptqScheme scheme;
  scheme.common = {json_required<int>(object, "bits"), json_required<int>(object, "group_size")};
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
  return scheme;
}

}  // namespace gerbil::formats
