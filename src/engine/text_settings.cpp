#include "engine/text_settings.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <initializer_list>
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

// The object under the first of the keys that is there.
Json first_object(const Json& settings, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto own = settings.find(key);
    if (own != settings.end()) return own->is_object() ? *own : Json::object();
  }
  return Json::object();
}

// What the module gives the tokenizer with every text.
Json processing_of(const Json& settings) {
  const Json kwargs = first_object(settings, {"processing_kwargs"});
  Json processing = first_object(kwargs, {"text"});
  processing.update(first_object(kwargs, {"common"}));
  return processing;
}

// Those of them that are followed, and those that change how texts are put side by side and nothing of a text.
constexpr std::array<std::string_view, 13> known_processing{"max_length",
                                                            "add_special_tokens",
                                                            "truncation",
                                                            "return_token_type_ids",
                                                            "split_special_tokens",
                                                            "padding",
                                                            "padding_side",
                                                            "pad_to_multiple_of",
                                                            "return_attention_mask",
                                                            "return_tensors",
                                                            "logits_to_keep",
                                                            "stride",
                                                            "verbose"};

void read_truncation(const Json& processing, const std::string& where, TextSettings& texts) {
  const auto value = processing.find("truncation");
  if (value == processing.end() || *value == true || *value == "longest_first") return;
  if (value->is_null() || *value == false || *value == "do_not_truncate") {
    texts.max_tokens = texts.query_tokens = texts.document_tokens = 0;
  } else if (*value == "only_first") {
    texts.truncation = tokenizer::Truncation::only_first;
  } else if (*value == "only_second") {
    texts.truncation = tokenizer::Truncation::only_second;
  } else {
    throw Error(ErrorCode::corrupt, "\"truncation\" in the settings of " + where + " is " + json_shown(*value) +
                                        ", but should be true, false, longest_first, only_first, only_second or "
                                        "do_not_truncate.");
  }
}

}  // namespace

TextSettings read_text_settings(const Json& tokenizer, const Json& config) {
  TextSettings texts;
  // "max_len" is what it was called before transformers 3.
  const char* key = tokenizer.contains("model_max_length") ? "model_max_length" : "max_len";
  texts.max_tokens = as_limit(json_value<double>(tokenizer, key, 0.0));
  texts.token_types = gives_token_types(tokenizer, config);
  return texts;
}

Json read_transformer_settings(const fs::path& folder, std::vector<std::string>* warnings) {
  for (const std::string_view model :
       {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    Json settings = read_optional_object(folder / ("sentence_" + std::string(model) + "_config.json"), warnings);
    if (!settings.empty()) return settings;
  }
  return Json::object();
}

Json tokenizer_overrides(const Json& settings) {
  Json overrides = first_object(settings, {"tokenizer_args", "processor_kwargs"});
  if (settings.contains("max_seq_length") && !settings["max_seq_length"].is_null()) {
    overrides.emplace("model_max_length", Json(json_required<double>(settings, "max_seq_length")));
  }
  const Json processing = processing_of(settings);
  if (processing.contains("split_special_tokens")) {
    overrides["split_special_tokens"] = processing["split_special_tokens"];
  }
  return overrides;
}

Json config_overrides(const Json& settings) { return first_object(settings, {"config_args", "config_kwargs"}); }

void apply_transformer_settings(const Json& settings, const std::string& where, TextSettings& texts,
                                std::vector<std::string>& warnings) {
  const auto modalities = settings.find("modality_config");
  if (modalities != settings.end() && modalities->is_object() && modalities->contains("message")) {
    throw Error(ErrorCode::unsupported, "\"modality_config\" in the settings of " + where +
                                            " gives texts to the model as messages of a chat, but gerbil gives them as "
                                            "they are.");
  }
  if (json_value<std::string>(settings, "transformer_task", "") == "fill-mask") {
    throw Error(ErrorCode::unsupported, "\"transformer_task\" in the settings of " + where +
                                            " is \"fill-mask\", which makes scores of the vocabulary of each token, "
                                            "but gerbil reads the hidden states.");
  }
  if (json_value<double>(settings, "max_seq_length", 1.0) < 1) {
    warnings.push_back("\"max_seq_length\" in the settings of " + where + " is " +
                       json_shown(settings["max_seq_length"]) + ", which leaves nothing of a text; it does not count.");
  }
  texts.query_tokens = as_limit(json_value<double>(settings, "query_length", 0.0));
  texts.document_tokens = as_limit(json_value<double>(settings, "document_length", 0.0));
  const Json processing = processing_of(settings);
  if (processing.contains("max_length") && !processing["max_length"].is_null()) {
    texts.max_tokens = as_limit(json_value<double>(processing, "max_length", 0.0));
    texts.query_tokens = texts.document_tokens = 0;
  }
  texts.special_tokens = json_truth(processing, "add_special_tokens", true);
  texts.token_types = json_truth(processing, "return_token_type_ids", texts.token_types);
  read_truncation(processing, where, texts);
  for (const auto& [key, value] : processing.items()) {
    if (std::ranges::contains(known_processing, key)) continue;
    warnings.push_back(std::format(
        "\"processing_kwargs\" in the settings of {} has \"{}\", which gerbil does not follow.", where, key));
  }
}

}  // namespace gerbil
