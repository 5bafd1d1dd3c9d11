#include "engine/end_tokens.hpp"

#include <algorithm>
#include <optional>

namespace gerbil {
namespace {

// Empty when `config` says nothing that could be used.
std::optional<std::vector<std::int32_t>> end_tokens_of(const Json& config, const std::string& file,
                                                       std::vector<std::string>& warnings) {
  const auto member = config.find("eos_token_id");
  if (member == config.end() || member->is_null()) return std::nullopt;
  const Json list = member->is_array() ? *member : Json::array({*member});
  std::vector<std::int32_t> ids;
  for (const Json& element : list) {
    if (element.is_null()) continue;
    if (!element.is_number()) {
      warnings.push_back("\"eos_token_id\" in " + file + " holds " + json_shown(element) +
                         ", which is no number and is left out.");
      continue;
    }
    const auto id = json_required<std::int32_t>(Json{{"eos_token_id", element}}, "eos_token_id");
    if (!std::ranges::contains(ids, id)) ids.push_back(id);
  }
  if (ids.empty() && !list.empty()) return std::nullopt;
  return ids;
}

}  // namespace

std::vector<std::int32_t> read_end_tokens(const Json& config, const Json& generation_config,
                                          std::vector<std::string>& warnings) {
  if (auto ids = end_tokens_of(generation_config, "generation_config.json", warnings)) return *std::move(ids);
  return end_tokens_of(config, "config.json", warnings).value_or(std::vector<std::int32_t>());
}

}  // namespace gerbil
