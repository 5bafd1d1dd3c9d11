// A model's tokenizer without the model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {

// Reads only tokenizer.json and the small files beside it, so that it is there at once however large the model is. A
// handle: copies share one tokenizer, and all functions may be called from several threads at once. The ids are those
// that Model::tokenize gives.
class Tokenizer {
 public:
  // `model` as for Model::load, or a directory with only a tokenizer.json. Throws
  // Error{not_found|corrupt|unsupported}.
  static Tokenizer load(const std::string& model);

  // `add_special` adds what the model expects around a text (a beginning-of-text token, …).
  std::vector<std::int32_t> tokenize(std::string_view text, bool add_special = true) const;
  // Throws Error{invalid_argument} for an id that the vocabulary does not have.
  std::string detokenize(const std::vector<std::int32_t>& tokens, bool skip_special = true) const;
  std::string token(std::int32_t id) const;  // its spelling in the vocabulary
  // What was odd in the files, in full sentences.
  const std::vector<std::string>& warnings() const;

 private:
  struct State;
  explicit Tokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace gerbil
