#include "gerbil/tokenizer.hpp"

#include "base/boundary.hpp"
#include "engine/json_file.hpp"
#include "engine/model_path.hpp"
#include "engine/sentence_modules.hpp"
#include "engine/tokenizer_config.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil {

struct Tokenizer::State {
  tokenizer::Tokenizer tokenizer;
  std::vector<std::string> warnings;
  static std::shared_ptr<const State> load(const std::string& model);
};

std::shared_ptr<const Tokenizer::State> Tokenizer::State::load(const std::string& model) {
  const auto root = resolve_model(model);
  std::vector<std::string> warnings;
  std::vector<SentenceModule> modules = read_sentence_modules(root, warnings);
  const auto directory = model_folder(root, modules);
  const Json config = read_optional_object(directory / "config.json", &warnings);
  const SentenceFiles sentence = read_sentence_files(root, std::move(modules), directory, config, warnings);
  const auto files = read_tokenizer_config(directory, config, sentence.transformer);
  auto tokenizer = tokenizer::Tokenizer::from_file(directory / "tokenizer.json", files.settings);
  warnings.insert(warnings.end(), files.warnings.begin(), files.warnings.end());
  warnings.insert(warnings.end(), tokenizer.warnings().begin(), tokenizer.warnings().end());
  return std::make_shared<const State>(State{std::move(tokenizer), std::move(warnings)});
}

Tokenizer Tokenizer::load(const std::string& model) {
  return guarded([&] { return Tokenizer(State::load(model)); });
}

std::vector<std::int32_t> Tokenizer::tokenize(std::string_view text, bool add_special) const {
  return guarded([&] { return state_->tokenizer.encode(text, add_special); });
}

std::string Tokenizer::detokenize(const std::vector<std::int32_t>& tokens, bool skip_special) const {
  return guarded([&] { return state_->tokenizer.decode(tokens, skip_special); });
}

std::string Tokenizer::token(std::int32_t id) const {
  return guarded([&] { return state_->tokenizer.token(id); });
}

const std::vector<std::string>& Tokenizer::warnings() const { return state_->warnings; }

}  // namespace gerbil
