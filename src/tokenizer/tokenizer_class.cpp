#include "tokenizer/tokenizer_class.hpp"

#include <algorithm>

namespace gerbil::tokenizer {
namespace {

constexpr std::string_view plain = plain_tokenizer_class;

// models/*/tokenization_*.py of transformers 5.12: the defaults of each __init__, printed by
// tools/tokenizer_parity/classes.py. The first line stands for every class that is not here.
constexpr auto classes = std::to_array<TokenizerClass>({
    {plain, {}, ClassSettings::none},
    {"BertTokenizer", {"", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"}, ClassSettings::bert, ClassTemplate::bert},
    {"MPNetTokenizer",
     {"<s>", "</s>", "[UNK]", "</s>", "<pad>", "<s>", "<mask>"},
     ClassSettings::bert,
     ClassTemplate::mpnet},
    {"GPT2Tokenizer", {"<|endoftext|>", "<|endoftext|>", "<|endoftext|>"}, ClassSettings::byte_level},
    {"GPTNeoXTokenizer",
     {"<|endoftext|>", "<|endoftext|>", "<|endoftext|>", "", "<|padding|>"},
     ClassSettings::byte_level},
    {"RobertaTokenizer",
     {"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"},
     ClassSettings::byte_level,
     ClassTemplate::roberta},
    {"DebertaTokenizer",
     {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"},
     ClassSettings::byte_level,
     ClassTemplate::roberta},
    {"CohereTokenizer",
     {"<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", "<UNK>", "<SEP>", "<PAD>", "<CLS>", "<MASK_TOKEN>"},
     ClassSettings::byte_level},
    {"Qwen2Tokenizer", {"", "<|endoftext|>", "<|endoftext|>", "", "<|endoftext|>"}, ClassSettings::byte_level_plain},
    {"XLMRobertaTokenizer",
     {"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"},
     ClassSettings::metaspace,
     ClassTemplate::xlm_roberta},
    {"LlamaTokenizer", {"<s>", "</s>", "<unk>"}, ClassSettings::llama},
    {"GemmaTokenizer", {"<bos>", "<eos>", "<unk>", "", "<pad>", "", "<mask>"}, ClassSettings::none},
});

struct Alias {
  std::string_view name, of;
};

// Names under which the reference has the same class.
constexpr auto aliases = std::to_array<Alias>({
    {"ElectraTokenizer", "BertTokenizer"},
    {"DistilBertTokenizer", "BertTokenizer"},
    {"MobileBertTokenizer", "BertTokenizer"},
    {"SqueezeBertTokenizer", "BertTokenizer"},
    {"LayoutLMTokenizer", "BertTokenizer"},
    {"LxmertTokenizer", "BertTokenizer"},
    {"CodeGenTokenizer", "GPT2Tokenizer"},
    {"BartTokenizer", "RobertaTokenizer"},
    {"LongformerTokenizer", "RobertaTokenizer"},
    {"LEDTokenizer", "RobertaTokenizer"},
    {"Qwen3_5Tokenizer", "Qwen2Tokenizer"},
});

// models/auto/tokenization_auto.py: the class that belongs to a type of model.
constexpr auto model_types = std::to_array<Alias>({
    {"bert", "BertTokenizer"},
    {"distilbert", "BertTokenizer"},
    {"electra", "BertTokenizer"},
    {"nomic_bert", "BertTokenizer"},
    {"mpnet", "MPNetTokenizer"},
    {"roberta", "RobertaTokenizer"},
    {"xlm-roberta", "XLMRobertaTokenizer"},
    {"xlm-roberta-xl", "XLMRobertaTokenizer"},
    {"jina_embeddings_v3", "XLMRobertaTokenizer"},
    {"modernbert", plain},
    {"gpt2", "GPT2Tokenizer"},
    {"starcoder2", "GPT2Tokenizer"},
    {"phi", "GPT2Tokenizer"},
    {"phi3", plain},
    {"mistral", plain},
    {"granite", plain},
    {"qwen2", "Qwen2Tokenizer"},
    {"qwen2_moe", "Qwen2Tokenizer"},
    {"qwen3", "Qwen2Tokenizer"},
    {"qwen3_moe", "Qwen2Tokenizer"},
    {"gemma", "GemmaTokenizer"},
    {"gemma2", "GemmaTokenizer"},
    {"gemma3", "GemmaTokenizer"},
    {"gemma3_text", "GemmaTokenizer"},
    {"cohere", "CohereTokenizer"},
    {"cohere2", "CohereTokenizer"},
    {"olmo", "GPTNeoXTokenizer"},
    {"olmo2", "GPTNeoXTokenizer"},
    {"olmo3", plain},
});

template <std::size_t n>
std::string_view find(const std::array<Alias, n>& list, std::string_view name, std::string_view otherwise) {
  const auto found = std::ranges::find(list, name, &Alias::name);
  return found == list.end() ? otherwise : found->of;
}

}  // namespace

std::string_view tokenizer_class_name(std::string_view class_name, std::string_view model_type) {
  if (class_name.ends_with("Fast") && class_name != plain) class_name.remove_suffix(4);
  const std::string_view registered = find(model_types, model_type, "");
  // Of qwen2 the reference knows that published files name a wrong class.
  const bool ignored = registered == plain || model_type == "qwen2";
  return class_name.empty() || (ignored && !registered.empty()) ? registered : class_name;
}

const TokenizerClass& tokenizer_class(std::string_view class_name, std::string_view model_type) {
  const std::string_view name = tokenizer_class_name(class_name, model_type);
  const auto found = std::ranges::find(classes, find(aliases, name, name), &TokenizerClass::name);
  return found == classes.end() ? classes.front() : *found;
}

}  // namespace gerbil::tokenizer
