// The post-processor that a class of transformers makes from its named tokens, in place of that of tokenizer.json.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "tokenizer/post_processor.hpp"
#include "tokenizer/tokenizer_class.hpp"

namespace gerbil::tokenizer {

// A token by its text, or by its id where the class takes one for a name without a token.
struct TokenOrId {
  std::string text;
  std::optional<std::int32_t> id;
};

struct TokenTemplate {
  TokenOrId before, after;       // of each text
  bool two_separators = false;   // `after` twice between the texts
  std::int32_t second_type = 0;  // of the second text and what follows it
};

// What the class makes of its `special_tokens`, name -> text; none where tokenizer.json decides. It decides also where
// the reference fails, since a name has no token.
std::optional<TokenTemplate> token_template(ClassTemplate kind, const Json& special_tokens);

// `id_of` gives a token's id. Throws Error{corrupt} for a token that has none.
PostProcessor make_post_processor(const TokenTemplate& tokens,
                                  const std::function<std::optional<std::int32_t>(std::string_view)>& id_of);

}  // namespace gerbil::tokenizer
