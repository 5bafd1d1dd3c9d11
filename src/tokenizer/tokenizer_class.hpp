// The Python class as which transformers loads a tokenizer. What a class assumes where the files are silent counts as
// if it stood in tokenizer_config.json.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gerbil::tokenizer {

// The named special tokens that every tokenizer may have, in the order in which they are added.
inline constexpr std::array<std::string_view, 7> token_names{"bos_token", "eos_token", "unk_token", "sep_token",
                                                             "pad_token", "cls_token", "mask_token"};

// Which settings of tokenizer_config.json the class hands to the components of tokenizer.json.
enum class ClassSettings : std::uint8_t {
  none,
  bert,              // do_lower_case (true), strip_accents (null), tokenize_chinese_chars (true)
  byte_level,        // add_prefix_space (false)
  byte_level_plain,  // the same, and its special tokens have no flags (Qwen2)
  metaspace,         // add_prefix_space (true)
  llama,             // add_prefix_space, where it is written
};

// What the class puts around texts, whatever tokenizer.json says of it.
enum class ClassTemplate : std::uint8_t {
  of_file,      // what tokenizer.json says
  bert,         // cls A sep; the second text and its sep are of type 1
  mpnet,        // the same, with two sep between the texts
  roberta,      // cls A sep; two sep between the texts, and one type for all
  xlm_roberta,  // the same with bos and eos
};

struct TokenizerClass {
  std::string_view name;
  std::array<std::string_view, token_names.size()> tokens;  // defaults, as token_names; empty: none
  ClassSettings settings;
  ClassTemplate post_processor = ClassTemplate::of_file;
};

// Takes tokenizer.json as it is.
inline constexpr std::string_view plain_tokenizer_class = "PreTrainedTokenizerFast";

// The name, without "Fast", of the class that tokenizer_class() looks for.
std::string_view tokenizer_class_name(std::string_view class_name, std::string_view model_type);

// The class that AutoTokenizer of transformers 5.12 chooses for the `tokenizer_class` of tokenizer_config.json (or else
// of config.json) and the `model_type` of config.json; either may be empty. What gerbil does not know is
// the plain class.
const TokenizerClass& tokenizer_class(std::string_view class_name, std::string_view model_type);

}  // namespace gerbil::tokenizer
