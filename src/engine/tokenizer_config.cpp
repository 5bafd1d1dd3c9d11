#include "engine/tokenizer_config.hpp"

#include <string>
#include <utility>

#include "engine/json_file.hpp"
#include "engine/text_settings.hpp"
#include "gerbil/error.hpp"
#include "tokenizer/side_files.hpp"

namespace gerbil {
TokenizerConfig read_tokenizer_config(const std::filesystem::path& directory, const Json& config,
                                      const Json& transformer) {
  TokenizerConfig result;
  const Json overrides = tokenizer_overrides(transformer);
  Json own = read_optional_object(directory / "tokenizer_config.json", &result.warnings);
  own.update(overrides);
  Json map = read_optional_object(directory / "special_tokens_map.json", &result.warnings);
  for (const auto& [key, value] : overrides.items()) {
    if (json_truth(overrides, key, false)) map.erase(key);
  }
  result.json = tokenizer::merged_config(std::move(own), map);
  const Json added_tokens = read_optional_object(directory / "added_tokens.json", &result.warnings);
  try {
    result.settings = tokenizer::read_side_files(result.json, added_tokens, config);
    result.settings.lowercase = json_truth(transformer, "do_lower_case", false);
  } catch (const Error& error) {
    throw Error(error.code(), "The tokenizer's files in '" + directory.string() + "': " + error.what());
  }
  result.special_tokens = result.settings.special_tokens;
  return result;
}

}  // namespace gerbil
