#include "engine/tokenizer_config.hpp"

#include <string>

#include "engine/json_file.hpp"
#include "gerbil/error.hpp"
#include "tokenizer/side_files.hpp"

namespace gerbil {
TokenizerConfig read_tokenizer_config(const std::filesystem::path& directory, const Json& config) {
  TokenizerConfig result;
  result.json = tokenizer::merged_config(read_optional_object(directory / "tokenizer_config.json", &result.warnings),
                                         read_optional_object(directory / "special_tokens_map.json", &result.warnings));
  const Json added_tokens = read_optional_object(directory / "added_tokens.json", &result.warnings);
  try {
    result.settings = tokenizer::read_side_files(result.json, added_tokens, config);
    result.settings.lowercase =
        json_value(read_optional_object(directory / "sentence_bert_config.json"), "do_lower_case", false);
  } catch (const Error& error) {
    throw Error(error.code(), "The tokenizer's files in '" + directory.string() + "': " + error.what());
  }
  result.special_tokens = result.settings.special_tokens;
  return result;
}

}  // namespace gerbil
