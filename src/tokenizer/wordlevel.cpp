#include "tokenizer/wordlevel.hpp"

#include "gerbil/error.hpp"

namespace gerbil::tokenizer {

WordLevel read_wordlevel(const TokenizerFile& file) {
  WordLevel model;
  model.table = read_token_table(file);
  const auto name = json_value<std::string>(file.root.at("model"), "unk_token", "<unk>");
  if (const auto found = model.table.ids.find(name); found != model.table.ids.end()) model.unknown = found->second;
  return model;
}

void encode_word(const WordLevel& model, std::string_view word, std::vector<std::int32_t>& out) {
  if (const auto found = model.table.ids.find(word); found != model.table.ids.end()) {
    out.push_back(found->second);
  } else if (model.unknown) {
    out.push_back(*model.unknown);
  } else {
    throw Error(ErrorCode::invalid_argument, "[tokenizer] The word \"" + std::string(word) +
                                                 "\" is not in the vocabulary, which has no unk_token either.");
  }
}

}  // namespace gerbil::tokenizer
