#include "engine/pooling_module.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "engine/json_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

using graph::Pooling;

struct Mode {
  std::string_view key;   // a bool of its own, as sentence-transformers wrote it at first
  std::string_view name;  // a value of "pooling_mode", as it writes it now
  Pooling pooling;
};

// In the order in which those that are switched on stand side by side.
constexpr std::array<Mode, 6> modes{
    {{"pooling_mode_cls_token", "cls", Pooling::first},
     {"pooling_mode_max_tokens", "max", Pooling::max},
     {"pooling_mode_mean_tokens", "mean", Pooling::mean},
     {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::mean_sqrt_length},
     {"pooling_mode_weightedmean_tokens", "weightedmean", Pooling::weighted_mean},
     {"pooling_mode_lasttoken", "lasttoken", Pooling::last}}};

constexpr std::size_t most_modes = 64;

// One name, or a list of them in the order in which they stand side by side.
std::vector<std::string> named_modes(const Json& config, const std::filesystem::path& file) {
  const auto value = config.find("pooling_mode");
  if (value == config.end() || value->is_null()) return {};
  if (!value->is_array()) return {json_value<std::string>(config, "pooling_mode", "")};
  if (value->empty() || value->size() > most_modes) {
    throw Error(ErrorCode::corrupt, "\"pooling_mode\" in '" + file.string() + "' lists " +
                                        std::to_string(value->size()) + " modes, but should list between 1 and " +
                                        std::to_string(most_modes) + ".");
  }
  return json_value<std::vector<std::string>>(config, "pooling_mode", {});
}

}  // namespace

PoolingModule read_pooling_module(const std::filesystem::path& file, std::vector<std::string>& warnings) {
  const Json config = read_optional_object(file, &warnings);
  PoolingModule result;
  result.include_prompt = json_truth(config, "include_prompt", true);
  for (const std::string& name : named_modes(config, file)) {
    const auto found = std::ranges::find(modes, name, &Mode::name);
    if (found == modes.end()) {
      throw Error(ErrorCode::unsupported, "\"pooling_mode\" in '" + file.string() + "' is \"" + name +
                                              "\", but gerbil knows cls, max, mean, mean_sqrt_len_tokens, "
                                              "weightedmean and lasttoken.");
    }
    result.modes.push_back(found->pooling);
  }
  if (!result.modes.empty()) return result;
  for (const Mode& mode : modes) {
    if (json_truth(config, mode.key, false)) result.modes.push_back(mode.pooling);
  }
  if (result.modes.empty()) result.modes.push_back(Pooling::mean);  // what the reference does when none is on
  return result;
}

}  // namespace gerbil
