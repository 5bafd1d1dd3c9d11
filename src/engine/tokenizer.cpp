#include "gerbil/tokenizer.hpp"

#include "engine/json_file.hpp"
#include "engine/model_path.hpp"
#include "engine/tokenizer_config.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil {

struct Tokenizer::State {
  tokenizer::Tokenizer tokenizer;
};

Tokenizer Tokenizer::load(const std::string& model) {
  const auto directory = resolve_model(model);
  const auto files = read_tokenizer_config(directory, read_optional_object(directory / "config.json"));
  auto tokenizer = tokenizer::Tokenizer::from_file(directory / "tokenizer.json", files.settings);
  return Tokenizer(std::make_shared<const State>(State{std::move(tokenizer)}));
}

std::vector<std::int32_t> Tokenizer::tokenize(std::string_view text, bool add_special) const {
  return state_->tokenizer.encode(text, add_special);
}

std::string Tokenizer::detokenize(const std::vector<std::int32_t>& tokens, bool skip_special) const {
  return state_->tokenizer.decode(tokens, skip_special);
}

std::string Tokenizer::token(std::int32_t id) const { return state_->tokenizer.token(id); }

}  // namespace gerbil
