#include "tokenizer/rebuilt_class.hpp"

#include <algorithm>
#include <array>

namespace gerbil::tokenizer {
namespace {

struct RebuiltClass {
  std::string_view name, model, normalizers, pre_tokenizers;
};

// models/*/tokenization_*.py of transformers 5.12, as tools/tokenizer_parity/classes.py prints it. A charsmap is taken
// from the file, so "Precompiled" does not count.
constexpr auto rebuilt = std::to_array<RebuiltClass>({
    {"AlbertTokenizer", "Unigram",
     "Replace,Replace,NFKD,StripAccents,Lowercase,Replace,NFKD,StripAccents,Lowercase,Replace",
     "WhitespaceSplit,Metaspace"},
    {"BarthezTokenizer", "Unigram", "Replace,NFC,Strip", "Metaspace"},
    {"BigBirdTokenizer", "Unigram", "Strip,Replace", "Metaspace"},
    {"BlenderbotTokenizer", "BPE", "", "ByteLevel"},
    {"CamembertTokenizer", "Unigram", "Replace,Strip", "Metaspace"},
    {"CodeLlamaTokenizer", "BPE", "", "Metaspace"},
    {"DPRQuestionEncoderTokenizer", "WordPiece", "BertNormalizer", "BertPreTokenizer"},
    {"DebertaTokenizer", "BPE", "", "ByteLevel"},
    {"DebertaV2Tokenizer", "Unigram", "Replace,NFC,Strip", "Metaspace"},
    {"FunnelTokenizer", "WordPiece", "BertNormalizer", "BertPreTokenizer"},
    {"LasrTokenizer", "Unigram", "", "WhitespaceSplit,Metaspace"},
    {"LukeTokenizer", "BPE", "", "ByteLevel"},
    {"MBart50Tokenizer", "Unigram", "Replace", "Metaspace"},
    {"MBartTokenizer", "Unigram", "", "WhitespaceSplit,Metaspace"},
    {"MLukeTokenizer", "Unigram", "Replace,Replace", "Metaspace"},
    {"NllbTokenizer", "BPE", "", "Metaspace"},
    {"NougatTokenizer", "BPE", "NFKC", "Split,Digits,Split,Split,ByteLevel"},
    {"OpenAIGPTTokenizer", "BPE", "BertNormalizer", "BertPreTokenizer"},
    {"ReformerTokenizer", "BPE", "", "Metaspace"},
    {"RemBertTokenizer", "Unigram", "Replace,Replace,Replace,NFKD,StripAccents,Replace,NFKC", "Metaspace"},
    {"SeamlessM4TTokenizer", "BPE", "Replace,NFKC,Strip,Replace,Replace,Replace", "Metaspace"},
    {"Siglip2Tokenizer", "BPE", "Lowercase,Replace", "Split"},
    {"SplinterTokenizer", "WordPiece", "BertNormalizer", "BertPreTokenizer"},
    {"T5Tokenizer", "Unigram", "", "WhitespaceSplit,Metaspace"},
    {"UdopTokenizer", "Unigram", "", "WhitespaceSplit,Metaspace"},
    {"WhisperTokenizer", "BPE", "", "ByteLevel"},
    {"XGLMTokenizer", "Unigram", "Replace,NFKC,Replace", "Metaspace"},
    {"XLNetTokenizer", "Unigram", "Replace,Replace,NFKD,StripAccents,Replace", "WhitespaceSplit,Metaspace"},
});

// Those that are written in Python and read no tokenizer.json.
constexpr auto python = std::to_array<std::string_view>({
    "BartphoTokenizer",      "BertGenerationTokenizer",
    "BertJapaneseTokenizer", "BertweetTokenizer",
    "BioGptTokenizer",       "BlenderbotSmallTokenizer",
    "ByT5Tokenizer",         "CTRLTokenizer",
    "CanineTokenizer",       "ClvpTokenizer",
    "CpmAntTokenizer",       "CpmTokenizer",
    "DiaTokenizer",          "EsmTokenizer",
    "FSMTTokenizer",         "FastSpeech2ConformerTokenizer",
    "FlaubertTokenizer",     "GPTNeoXJapaneseTokenizer",
    "GPTSw3Tokenizer",       "M2M100Tokenizer",
    "MarianTokenizer",       "MgpstrTokenizer",
    "MyT5Tokenizer",         "PLBartTokenizer",
    "PerceiverTokenizer",    "PhobertTokenizer",
    "ProphetNetTokenizer",   "RagTokenizer",
    "RoCBertTokenizer",      "SiglipTokenizer",
    "Speech2TextTokenizer",  "SpeechT5Tokenizer",
    "TapasTokenizer",        "VitsTokenizer",
    "Wav2Vec2CTCTokenizer",  "Wav2Vec2PhonemeCTCTokenizer",
    "XLMTokenizer",
});

// The types of a component and of those inside it, "NFC,Strip".
void add_types(const Json& component, std::string& types) {
  if (!component.is_object()) return;
  const auto type = component.find("type");
  if (type != component.end() && type->is_string() && *type != "Sequence" && *type != "Precompiled") {
    types += (types.empty() ? "" : ",") + type->get<std::string>();
  }
  for (const char* key : {"normalizers", "pretokenizers"}) {
    const auto inner = component.find(key);
    if (inner == component.end() || !inner->is_array()) continue;
    for (const Json& one : *inner) add_types(one, types);
  }
}

std::string types_of(const Json& root, const char* key) {
  std::string types;
  if (const auto component = root.find(key); component != root.end()) add_types(*component, types);
  return types;
}

std::string shown(std::string_view types) { return types.empty() ? "none" : std::string(types); }

}  // namespace

std::optional<std::string> rebuilt_difference(std::string_view name, const Json& root) {
  const std::string begin = "The tokenizer's class is " + std::string(name) + ", ";
  if (std::ranges::contains(python, name)) {
    return begin + "which in transformers reads other files; gerbil takes this one as it is.";
  }
  const auto found = std::ranges::find(rebuilt, name, &RebuiltClass::name);
  if (found == rebuilt.end()) return std::nullopt;
  const std::string model = types_of(root, "model"), normalizers = types_of(root, "normalizer"),
                    pre_tokenizers = types_of(root, "pre_tokenizer");
  if (model == found->model && normalizers == found->normalizers && pre_tokenizers == found->pre_tokenizers) {
    return std::nullopt;
  }
  return begin + "whose parts transformers 5 makes anew (model " + std::string(found->model) + ", normalizers " +
         shown(found->normalizers) + ", pre-tokenizers " + shown(found->pre_tokenizers) +
         "); gerbil keeps those of the file (model " + shown(model) + ", normalizers " + shown(normalizers) +
         ", pre-tokenizers " + shown(pre_tokenizers) + ").";
}

}  // namespace gerbil::tokenizer
