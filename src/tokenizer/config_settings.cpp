#include "tokenizer/config_settings.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <string>
#include <vector>

#include "tokenizer/errors.hpp"

namespace gerbil::tokenizer {
namespace {

// A token is written as its text, which makes it a special one, or as an object with its flags.
Json token_of(const Json& value, const std::string& key) {
  if (value.is_string()) return {{"content", value}, {"special", true}};
  if (!value.is_object() || !value.contains("content") || !value["content"].is_string()) {
    corrupt("\"" + key + "\" should be a token, which is a text or an object with its \"content\".");
  }
  return value;
}

// A list under a name is no token, and is passed over as the reference does.
bool names_token(const Json& value) { return !value.is_null() && !value.is_array(); }

bool is_named_token(const std::string& key, const Json& value) {
  if (std::ranges::contains(token_names, key)) return names_token(value);
  return key.ends_with("_token") && (value.is_string() || (value.is_object() && value.contains("__type")));
}

// The named tokens: first those that all tokenizers may have, then the model's own.
Json read_named(const Json& config, const TokenizerClass& tokenizer_class) {
  Json named = Json::object();
  const auto add = [&](const std::string& name, const Json& token) {
    named[name] = token_of(token, name);
    check_named_count(named.size());
  };
  for (std::size_t i = 0; i < token_names.size(); ++i) {
    const std::string name(token_names[i]);
    const std::string_view otherwise = tokenizer_class.tokens[i];
    if (const auto member = config.find(name); member != config.end()) {
      if (names_token(*member)) add(name, *member);
    } else if (!otherwise.empty()) {
      add(name, otherwise);
    }
  }
  for (const auto& [key, value] : config.items()) {
    if (!named.contains(key) && is_named_token(key, value)) add(key, value);
  }
  for (const char* table : {"model_specific_special_tokens", "extra_special_tokens"}) {
    const auto member = config.find(table);
    if (member == config.end() || !member->is_object()) continue;
    for (const auto& [key, value] : member->items()) add(key, value);
  }
  return named;
}

// Special tokens without a name.
std::vector<Json> read_extra(const Json& config) {
  const std::string key = "extra_special_tokens";
  std::vector<Json> extra;
  const auto member = config.find(key);
  if (member == config.end() || member->is_null() || member->is_object()) return extra;
  if (!member->is_array()) corrupt("\"" + key + "\" should be an array of tokens, or an object of named ones.");
  for (const Json& value : *member) {
    extra.push_back(token_of(value, key));
    extra.back().emplace("special", true);
  }
  return extra;
}

// added_tokens_decoder: id -> token, in the order of the ids. The ids themselves do not count.
std::vector<Json> read_decoder(const Json& config) {
  const auto member = config.find("added_tokens_decoder");
  if (member == config.end() || member->is_null()) return {};
  if (!member->is_object()) corrupt("\"added_tokens_decoder\" should be an object of ids and their tokens.");
  std::map<std::int64_t, Json> by_id;
  for (const auto& [key, value] : member->items()) {
    const bool is_number = !key.empty() && key.size() < 10 && key.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || !value.is_object()) {
      corrupt("\"added_tokens_decoder\" has the member \"" + key + "\", but should hold ids and objects.");
    }
    by_id[std::stoll(key)] = token_of(value, "added_tokens_decoder");
  }
  const auto tokens = std::views::values(by_id);
  return {tokens.begin(), tokens.end()};
}

Json read_components(const Json& config, ClassSettings settings) {
  switch (settings) {
    case ClassSettings::none:
      return Json::object();
    case ClassSettings::bert: {
      Json strip = nullptr;
      if (config.contains("strip_accents") && !config["strip_accents"].is_null()) {
        strip = json_required<bool>(config, "strip_accents");
      }
      return {{"BertNormalizer",
               {{"clean_text", true},
                {"lowercase", json_value(config, "do_lower_case", true)},
                {"strip_accents", strip},
                {"handle_chinese_chars", json_value(config, "tokenize_chinese_chars", true)}}}};
    }
    case ClassSettings::byte_level:
    case ClassSettings::byte_level_plain:
      return {{"ByteLevel", {{"add_prefix_space", json_value(config, "add_prefix_space", false)}}}};
    case ClassSettings::metaspace:
    case ClassSettings::llama: {
      // null is false to XLM-R and not said to Llama
      const bool adds = settings == ClassSettings::metaspace ? json_truth(config, "add_prefix_space", true)
                                                             : json_value(config, "add_prefix_space", true);
      Json metaspace = {{"add_prefix_space", adds}, {"prepend_scheme", adds ? "always" : "never"}};
      if (settings == ClassSettings::metaspace) return {{"Metaspace", metaspace}};
      if (adds) return Json::object();
      return {{"Metaspace", metaspace}, {"Prepend", {{"prepend", ""}}}, {"Strip", {{"start", 0}, {"stop", 0}}}};
    }
  }
  return Json::object();
}

// "truncation_side"
std::optional<bool> read_cut_front(const Json& config) {
  const auto side = json_value<std::string>(config, "truncation_side", "");
  if (side.empty()) return std::nullopt;
  if (side != "left" && side != "right") {
    corrupt("\"truncation_side\" is \"" + side + "\", but should be \"left\" or \"right\".");
  }
  return side == "left";
}

}  // namespace

void check_named_count(std::size_t count) {
  constexpr std::size_t most_named = 4096;
  if (count > most_named) {
    corrupt("The files beside tokenizer.json name " + std::to_string(count) + " special tokens or more; at most " +
            std::to_string(most_named) + " are allowed.");
  }
}

Settings read_settings(const Json& config, const TokenizerClass& tokenizer_class) {
  Settings settings;
  const Json named = read_named(config, tokenizer_class);
  for (const auto& [name, token] : named.items()) {
    settings.special_tokens[name] = token["content"];
    settings.missing_tokens.push_back(token);
  }
  const std::vector<Json> extra = read_extra(config);
  settings.missing_tokens.insert(settings.missing_tokens.end(), extra.begin(), extra.end());
  settings.added_tokens = read_decoder(config);
  if (tokenizer_class.settings == ClassSettings::byte_level_plain) {
    for (const Json& token : settings.missing_tokens) settings.added_tokens.push_back(token_of(token["content"], ""));
  }
  settings.components = read_components(config, tokenizer_class.settings);
  if (tokenizer_class.settings == ClassSettings::bert) {
    settings.normalizer = {{"type", "BertNormalizer"}};
    const auto unknown = settings.special_tokens.find("unk_token");
    if (unknown != settings.special_tokens.end()) settings.components["WordPiece"] = {{"unk_token", *unknown}};
  }
  settings.post_processor = token_template(tokenizer_class.post_processor, settings.special_tokens);
  settings.named_are_special = tokenizer_class.name != plain_tokenizer_class;
  settings.cut_front = read_cut_front(config);
  settings.split_special_tokens = json_value(config, "split_special_tokens", false);
  return settings;
}

}  // namespace gerbil::tokenizer
