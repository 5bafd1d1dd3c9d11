#include "tokenizer/untyped.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace gerbil::tokenizer {
namespace {

// A component without a type is of the first one all of whose members it has.
struct MembersOfType {
  std::string_view type;
  std::vector<std::string_view> members;
};

void add_type(Json& component, std::span<const MembersOfType> types) {
  if (!component.is_object() || component.contains("type")) return;
  const auto fits = [&](const MembersOfType& one) {
    return std::ranges::all_of(one.members, [&](std::string_view member) { return component.contains(member); });
  };
  if (const auto found = std::ranges::find_if(types, fits); found != types.end()) component["type"] = found->type;
}

// The component `key` of `parent`, and the steps of a Sequence.
void add_types_below(Json& parent, std::string_view key, std::string_view steps, std::span<const MembersOfType> types) {
  const auto component = parent.find(key);
  if (component == parent.end()) return;
  std::vector<Json*> open{&*component};
  while (!open.empty()) {
    Json& next = *open.back();
    open.pop_back();
    add_type(next, types);
    if (!next.is_object() || !next.contains(steps)) continue;
    for (Json& step : next[steps]) open.push_back(&step);
  }
}

}  // namespace

void add_types(TokenizerFile& file) {
  static const std::vector<MembersOfType> normalizers{
      {"BertNormalizer", {"clean_text", "handle_chinese_chars", "lowercase"}},
      {"Strip", {"strip_left", "strip_right"}},
      {"Sequence", {"normalizers"}},
      {"Replace", {"pattern", "content"}},
      {"Prepend", {"prepend"}}};
  static const std::vector<MembersOfType> decoders{{"WordPiece", {"prefix", "cleanup"}},
                                                   {"BPEDecoder", {"suffix"}},
                                                   {"Replace", {"pattern", "content"}},
                                                   {"Strip", {"content", "start", "stop"}}};
  static const std::vector<MembersOfType> post_processors{
      {"RobertaProcessing", {"sep", "cls", "trim_offsets", "add_prefix_space"}},
      {"BertProcessing", {"sep", "cls"}},
      {"TemplateProcessing", {"single", "pair", "special_tokens"}}};
  static const std::vector<MembersOfType> word_models{
      {"WordPiece", {"unk_token", "continuing_subword_prefix", "max_input_chars_per_word"}},
      {"WordLevel", {"unk_token"}}};
  add_types_below(file.root, "normalizer", "normalizers", normalizers);
  add_types_below(file.root, "decoder", "decoders", decoders);
  add_types_below(file.root, "post_processor", "processors", post_processors);
  const auto model = file.root.find("model");
  if (model == file.root.end() || !model->is_object() || model->contains("type")) return;
  if (file.has_merges) {
    (*model)["type"] = "BPE";
  } else if (file.vocabulary_is_array) {
    (*model)["type"] = "Unigram";
  } else {
    add_type(*model, word_models);
  }
}

}  // namespace gerbil::tokenizer
