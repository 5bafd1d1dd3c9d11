#include "engine/tokenizer_config.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

Json read_object(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return Json::object();
  Json json = parse_json(read_text_file(path), "'" + path.string() + "'");
  if (!json.is_object()) {
    throw Error(ErrorCode::corrupt, "'" + path.string() + "' should be an object, and is " + json.type_name() + ".");
  }
  return json;
}

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
std::vector<Json> legacy_added_tokens(const Json& file, const tokenizer::Settings& settings) {
  std::set<std::string> special;
  for (const std::string_view name : tokenizer::token_names) {
    if (const auto token = settings.special_tokens.find(name); token != settings.special_tokens.end()) {
      special.insert(token->get<std::string>());
    }
  }
  for (const Json& token : settings.missing_tokens) special.insert(token["content"].get<std::string>());
  std::map<std::int64_t, Json> by_id;
  for (const auto& [text, value] : file.items()) {
    const auto id = json_required<std::int64_t>(file, text);
    by_id[id] = {{"id", id}, {"content", text}, {"special", special.contains(text)}};
  }
  std::vector<Json> tokens;
  for (auto& [id, token] : by_id) tokens.push_back(std::move(token));
  return tokens;
}

}  // namespace

TokenizerConfig read_tokenizer_config(const std::filesystem::path& directory, const Json& config) {
  TokenizerConfig result;
  result.json = read_object(directory / "tokenizer_config.json");
  rename_additional(result.json);
  const bool legacy = !result.json.contains("added_tokens_decoder");
  if (legacy) merge_special_tokens(read_object(directory / "special_tokens_map.json"), result.json);
  rename_additional(result.json);
  const Json added_tokens = legacy ? read_object(directory / "added_tokens.json") : Json::object();
  try {
    auto class_name = json_value<std::string>(result.json, "tokenizer_class", "");
    if (class_name.empty()) class_name = json_value<std::string>(config, "tokenizer_class", "");
    const auto model_type = json_value<std::string>(config, "model_type", "");
    result.settings = tokenizer::read_settings(result.json, tokenizer::tokenizer_class(class_name, model_type));
    result.special_tokens = result.settings.special_tokens;
    auto tokens = legacy_added_tokens(added_tokens, result.settings);
    auto& added = result.settings.added_tokens;
    added.insert(added.begin(), std::make_move_iterator(tokens.begin()), std::make_move_iterator(tokens.end()));
  } catch (const Error& error) {
    throw Error(error.code(), "The tokenizer's files in '" + directory.string() + "': " + error.what());
  }
  return result;
}

}  // namespace gerbil
