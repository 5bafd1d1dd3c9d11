#include "engine/text_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "engine/json_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;

// Larger than any text; tokenizers without a limit write 10³⁰.
constexpr double no_limit = 1e9;

std::int32_t as_limit(double tokens) {
  return tokens >= 1 && tokens < no_limit ? static_cast<std::int32_t>(tokens) : 0;
}

// The tokenizers of transformers 5.12 that give types of tokens unless "model_input_names" says otherwise, and the
// model types whose tokenizer is one of them.
constexpr std::array<std::string_view, 12> classes_with_types{
    "BertTokenizer",       "ConvBertTokenizer", "DebertaTokenizer",     "DebertaV2Tokenizer",
    "ElectraTokenizer",    "FNetTokenizer",     "LayoutLMTokenizer",    "LxmertTokenizer",
    "MobileBertTokenizer", "MarkupLMTokenizer", "SqueezeBertTokenizer", "DPRQuestionEncoderTokenizer"};
constexpr std::array<std::string_view, 2> types_without_types{"roberta", "xlm-roberta"};

bool gives_token_types(const Json& tokenizer_config, const Json& config) {
  const auto inputs = tokenizer_config.find("model_input_names");
  if (inputs != tokenizer_config.end() && inputs->is_array()) return std::ranges::contains(*inputs, "token_type_ids");
  auto name = json_value<std::string>(tokenizer_config, "tokenizer_class", "");
  if (name.empty()) name = json_value<std::string>(config, "tokenizer_class", "");
  if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.resize(name.size() - 4);
  if (!name.empty()) return std::ranges::contains(classes_with_types, name);
  return !std::ranges::contains(types_without_types, json_value<std::string>(config, "model_type", ""));
}

}  // namespace

TextSettings read_text_settings(const fs::path& folder, const Json& config) {
  const Json tokenizer = read_optional_object(folder / "tokenizer_config.json");
  // "max_len" is what it was called before transformers 3.
  const auto old = json_value<double>(tokenizer, "max_len", 0.0);
  return {.max_tokens = as_limit(json_value<double>(tokenizer, "model_max_length", old)),
          .token_types = gives_token_types(tokenizer, config)};
}

Json read_transformer_settings(const fs::path& folder, std::vector<std::string>* warnings) {
  for (const std::string_view model :
       {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    Json settings = read_optional_object(folder / ("sentence_" + std::string(model) + "_config.json"), warnings);
    if (!settings.empty()) return settings;
  }
  return Json::object();
}

void apply_transformer_settings(const Json& settings, const std::string& where, TextSettings& texts) {
  double limit = json_value<double>(settings, "max_seq_length", 0.0);
  for (const char* key : {"tokenizer_args", "processor_kwargs"}) {
    const auto own = settings.find(key);
    if (own != settings.end() && own->is_object()) limit = json_value<double>(*own, "model_max_length", limit);
  }
  if (as_limit(limit) > 0) texts.max_tokens = as_limit(limit);
  const auto modalities = settings.find("modality_config");
  if (modalities != settings.end() && modalities->is_object() && modalities->contains("message")) {
    throw Error(ErrorCode::unsupported, "\"modality_config\" in the settings of " + where +
                                            " gives texts to the model as messages of a chat, but gerbil gives them as "
                                            "they are.");
  }
}

}  // namespace gerbil
