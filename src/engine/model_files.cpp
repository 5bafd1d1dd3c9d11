#include "engine/model_files.hpp"

#include <algorithm>
#include <string>

#include "base/mapped_file.hpp"
#include "engine/end_tokens.hpp"

namespace gerbil {
namespace {

Json read_optional(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return Json::object();
  return parse_python_json(read_text_file(path), "'" + path.string() + "'");
}

// A special token is written as a string, or as an object that describes an added token.
std::string token_text(const Json& config, std::string_view key) {
  const auto member = config.find(key);
  if (member == config.end() || member->is_null()) return {};
  if (member->is_array()) return {};
  return member->is_object() ? json_value<std::string>(*member, "content", "")
                             : json_value<std::string>(config, key, "");
}

// chat_template.jinja, or tokenizer_config.json's chat_template: a text, or named texts of which "default" is ours.
std::string read_template(const std::filesystem::path& directory, const Json& tokenizer_config) {
  std::error_code error;
  const auto file = directory / "chat_template.jinja";
  if (std::filesystem::is_regular_file(file, error)) return read_text_file(file);
  const auto member = tokenizer_config.find("chat_template");
  if (member == tokenizer_config.end() || member->is_null()) return {};
  if (!member->is_array()) return json_value<std::string>(tokenizer_config, "chat_template", "");
  for (const Json& named : *member) {
    if (json_value<std::string>(named, "name", "") == "default") return json_required<std::string>(named, "template");
  }
  return {};
}

}  // namespace

ModelFiles read_model_files(const std::filesystem::path& directory, const Json& config) {
  ModelFiles files;
  files.end_tokens = read_end_tokens(config, read_optional(directory / "generation_config.json"), files.warnings);
  const Json tokenizer_config = read_optional(directory / "tokenizer_config.json");
  std::error_code error;
  const auto path = directory / "tokenizer.json";
  if (std::filesystem::is_regular_file(path, error)) files.tokenizer = tokenizer::Tokenizer::from_file(path);
  const std::string eos = token_text(tokenizer_config, "eos_token");
  if (files.tokenizer && !eos.empty()) {
    const auto id = files.tokenizer->id(eos);
    if (id && !std::ranges::contains(files.end_tokens, *id)) files.end_tokens.push_back(*id);
  }
  if (const std::string source = read_template(directory, tokenizer_config); !source.empty()) {
    files.chat_template.emplace(source, token_text(tokenizer_config, "bos_token"), eos);
  }
  return files;
}

}  // namespace gerbil
