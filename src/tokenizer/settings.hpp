// What the files beside tokenizer.json change in it.
// Reference: _from_pretrained() of tokenization_utils_base.py and TokenizersBackend of tokenization_utils_tokenizers.py
// in transformers 5.12. Where the reference builds the components of a class anew, gerbil keeps those of
// tokenizer.json, with which the model was made, and changes what the class has settings for. What the class puts
// around texts is rebuilt as the reference does it, since it hangs on the named tokens.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/class_template.hpp"

namespace gerbil::tokenizer {

struct Settings {
  // The named special tokens, name -> text: those of the config, and for names that it lacks those of the class. A name
  // that is null in the config is not here.
  Json special_tokens = Json::object();
  // Tokens as "added_tokens" of tokenizer.json has them. A text that is among those already gets these flags, any other
  // the next free id. One with an "id" that tokenizer.json gives to a token is left out.
  std::vector<Json> added_tokens;
  std::vector<Json> missing_tokens;             // added after those, but only texts that are not among them yet
  Json components = Json::object();             // by a component's type: members that take the place of its own
  Json normalizer;                              // of a WordPiece model whose file has none
  std::string class_name;                       // of the tokenizer in transformers, without "Fast"; may be empty
  std::optional<TokenTemplate> post_processor;  // takes the place of the file's
  bool named_are_special = false;               // the named tokens become special, whatever their flags say
  bool lowercase = false;                       // a Lowercase before the normalizer, unless it has one
  std::optional<bool> cut_front;                // which end of a text is cut off; empty: what tokenizer.json says
  bool split_special_tokens = false;            // special tokens that are written in a text are text like any other
};

// Changes the members of a tokenizer.json.
void apply(const Settings& settings, Json& root);

}  // namespace gerbil::tokenizer
