#include "tokenizer/side_files.hpp"

#include <map>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/config_settings.hpp"

namespace gerbil::tokenizer {
namespace {

bool is_complete(const Json& config) { return config.contains("added_tokens_decoder"); }

// The older name of the special tokens without a name.
void rename_additional(Json& config) {
  const auto additional = config.find("additional_special_tokens");
  if (additional == config.end()) return;
  Json tokens = std::move(*additional);
  config.erase("additional_special_tokens");
  if (!config.contains("extra_special_tokens")) config["extra_special_tokens"] = std::move(tokens);
}

// Members of special_tokens_map.json; a token with its flags is special here, whatever it says of that. Lists of tokens
// without a name are put together.
void merge_special_tokens(const Json& map, Json& config) {
  check_named_count(map.size());
  for (const auto& [key, value] : map.items()) {
    if (key == "additional_special_tokens" && config.contains("extra_special_tokens")) continue;
    if (key == "extra_special_tokens" && value.is_array() && config.value(key, Json()).is_array()) {
      for (const Json& token : value) config[key].push_back(token);
      continue;
    }
    Json& member = config[key] = value;
    if (value.is_object() && value.contains("content")) member.update({{"__type", "AddedToken"}, {"special", true}});
  }
}

// added_tokens.json of older libraries: text -> id.
std::vector<Json> legacy_added_tokens(const Json& file, const Settings& settings) {
  std::set<std::string> special;
  for (const std::string_view name : token_names) {
    if (const auto token = settings.special_tokens.find(name); token != settings.special_tokens.end()) {
      special.insert(token->get<std::string>());
    }
  }
  for (const Json& token : settings.missing_tokens) special.insert(token["content"].get<std::string>());
  std::map<std::int64_t, Json> by_id;
  for (const auto& [text, value] : file.items()) {
    const auto id = json_converted<std::int64_t>(text, value);
    by_id[id] = {{"id", id}, {"content", text}, {"special", special.contains(text)}};
  }
  const auto tokens = std::views::values(by_id);
  return {tokens.begin(), tokens.end()};
}

}  // namespace

Json merged_config(Json tokenizer_config, const Json& special_tokens_map) {
  rename_additional(tokenizer_config);
  if (!is_complete(tokenizer_config)) merge_special_tokens(special_tokens_map, tokenizer_config);
  rename_additional(tokenizer_config);
  return tokenizer_config;
}

Settings read_side_files(const Json& config, const Json& added_tokens, const Json& model_config) {
  auto class_name = json_value<std::string>(config, "tokenizer_class", "");
  if (class_name.empty()) class_name = json_value<std::string>(model_config, "tokenizer_class", "");
  const auto model_type = json_value<std::string>(model_config, "model_type", "");
  Settings settings = read_settings(config, tokenizer_class(class_name, model_type));
  settings.class_name = tokenizer_class_name(class_name, model_type);
  if (is_complete(config)) return settings;
  std::vector<Json> tokens = legacy_added_tokens(added_tokens, settings);
  auto& added = settings.added_tokens;
  added.insert(added.begin(), std::make_move_iterator(tokens.begin()), std::make_move_iterator(tokens.end()));
  return settings;
}

}  // namespace gerbil::tokenizer
