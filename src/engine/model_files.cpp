#include "engine/model_files.hpp"

#include <algorithm>
#include <string>

#include "engine/end_tokens.hpp"
#include "engine/json_file.hpp"

namespace gerbil {
ModelFiles read_model_files(const std::filesystem::path& directory, const Json& config, const Json& transformer) {
  ModelFiles files;
  files.end_tokens = read_end_tokens(
      config, read_optional_object(directory / "generation_config.json", &files.warnings), files.warnings);
  const TokenizerConfig tokenizer_config = read_tokenizer_config(directory, config, transformer);
  files.warnings.insert(files.warnings.end(), tokenizer_config.warnings.begin(), tokenizer_config.warnings.end());
  if (const auto path = directory / "tokenizer.json"; has_file(path)) {
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
