#include "engine/model_files.hpp"

#include <algorithm>
#include <string>

#include "base/mapped_file.hpp"

namespace gerbil {
namespace {

Json read_optional(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return Json::object();
  return parse_json(read_text_file(path), "'" + path.string() + "'");
}

// One id, or a list of them.
void add_end_tokens(const Json& config, std::vector<std::int32_t>& ids) {
  const auto member = config.find("eos_token_id");
  if (member == config.end() || member->is_null()) return;
  const auto found = member->is_array() ? json_value<std::vector<std::int32_t>>(config, "eos_token_id", {})
                                        : std::vector{json_value<std::int32_t>(config, "eos_token_id", 0)};
  for (const std::int32_t id : found) {
    if (!std::ranges::contains(ids, id)) ids.push_back(id);
  }
}

}  // namespace

ModelFiles read_model_files(const std::filesystem::path& directory, const Json& config) {
  ModelFiles files;
  add_end_tokens(config, files.end_tokens);
  add_end_tokens(read_optional(directory / "generation_config.json"), files.end_tokens);
  const TokenizerConfig tokenizer_config = read_tokenizer_config(directory, config);
  std::error_code error;
  const auto path = directory / "tokenizer.json";
  if (std::filesystem::is_regular_file(path, error)) {
    files.tokenizer = tokenizer::Tokenizer::from_file(path, tokenizer_config.settings);
  }
  const auto eos = json_value<std::string>(tokenizer_config.special_tokens, "eos_token", "");
  if (files.tokenizer && !eos.empty()) {
    const auto id = files.tokenizer->id(eos);
    if (id && !std::ranges::contains(files.end_tokens, *id)) files.end_tokens.push_back(*id);
  }
  files.chat_templates = read_chat_templates(directory, tokenizer_config);
  return files;
}

}  // namespace gerbil
