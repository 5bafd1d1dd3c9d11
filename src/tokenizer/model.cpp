#include "tokenizer/model.hpp"

#include "tokenizer/errors.hpp"
#include "tokenizer/pattern.hpp"

namespace gerbil::tokenizer {
Model read_model(const TokenizerFile& file) {
  const Json& model = component_of(file.root, "model");
  if (!model.is_object()) corrupt("The file has no \"model\".");
  const auto type = json_required<std::string>(model, "type");
  if (type == "BPE") return read_bpe(file);
  if (type == "WordPiece") return read_wordpiece(file);
  if (type == "WordLevel") return read_wordlevel(file);
  if (type == "Unigram") return read_unigram(file);
  unsupported("The model type \"" + type + "\" is not supported; supported are BPE, WordPiece, WordLevel and Unigram.");
}

const TokenTable& table_of(const Model& model) {
  return std::visit([](const auto& m) -> const TokenTable& { return m.table; }, model);
}

std::size_t model_size(const Model& model) {
  const auto* unigram = std::get_if<Unigram>(&model);
  return unigram ? unigram->scores.size() : table_of(model).ids.size();  // a Unigram model may list a piece twice
}

std::size_t next_part(const Model& model, std::string_view word) {
  const auto* bpe = std::get_if<Bpe>(&model);
  return bpe ? next_part(*bpe, word) : word.size();
}

void encode_word(const Model& model, std::string_view word, UnigramScratch& scratch, std::vector<std::int32_t>& out) {
  if (const auto* unigram = std::get_if<Unigram>(&model)) {
    encode_word(*unigram, word, scratch, out);
  } else if (const auto* wordpiece = std::get_if<WordPiece>(&model)) {
    encode_word(*wordpiece, word, out);
  } else if (const auto* wordlevel = std::get_if<WordLevel>(&model)) {
    encode_word(*wordlevel, word, out);
  } else {
    encode_word(*std::get_if<Bpe>(&model), word, out);
  }
}

}  // namespace gerbil::tokenizer
