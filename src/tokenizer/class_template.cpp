#include "tokenizer/class_template.hpp"

#include "tokenizer/errors.hpp"

namespace gerbil::tokenizer {
namespace {

using Kind = TemplatePiece::Kind;
using IdOf = std::function<std::optional<std::int32_t>(std::string_view)>;

// models/*/tokenization_*.py of transformers 5.12: the names of the two tokens, and the ids that stand for them where
// the names have no token.
struct Recipe {
  std::string_view before, after;
  std::optional<std::int32_t> before_id, after_id;
  bool two_separators;
  std::int32_t second_type;
};

std::optional<Recipe> recipe(ClassTemplate kind) {
  switch (kind) {
    case ClassTemplate::of_file:
      return std::nullopt;
    case ClassTemplate::bert:
      return Recipe{"cls_token", "sep_token", 2, 3, false, 1};
    case ClassTemplate::mpnet:
      return Recipe{"cls_token", "sep_token", 0, 2, true, 1};
    case ClassTemplate::roberta:
      return Recipe{"cls_token", "sep_token", std::nullopt, std::nullopt, true, 0};
    case ClassTemplate::xlm_roberta:
      return Recipe{"bos_token", "eos_token", std::nullopt, std::nullopt, true, 0};
  }
  return std::nullopt;
}

TokenOrId token_or_id(const Json& special_tokens, std::string_view name, std::optional<std::int32_t> id) {
  const auto token = special_tokens.find(name);
  if (token == special_tokens.end()) return {"", id};
  return {token->get<std::string>(), std::nullopt};
}

std::int32_t id_of_token(const TokenOrId& token, const IdOf& id_of) {
  const auto id = token.id ? token.id : id_of(token.text);
  if (!id) corrupt("The tokenizer's class puts the token \"" + token.text + "\" beside texts, but it has no id.");
  return *id;
}

}  // namespace

std::optional<TokenTemplate> token_template(ClassTemplate kind, const Json& special_tokens) {
  const auto found = recipe(kind);
  if (!found) return std::nullopt;
  const bool has_before = special_tokens.contains(found->before), has_after = special_tokens.contains(found->after);
  if ((!has_before && !found->before_id) || (!has_after && !found->after_id)) return std::nullopt;
  // Without either token the reference has the text "None" for both, which can have only one id.
  const auto before_id = has_after ? found->before_id : found->after_id;
  return TokenTemplate{token_or_id(special_tokens, found->before, before_id),
                       token_or_id(special_tokens, found->after, found->after_id), found->two_separators,
                       found->second_type};
}

PostProcessor make_post_processor(const TokenTemplate& tokens, const IdOf& id_of) {
  const std::int32_t before = id_of_token(tokens.before, id_of), after = id_of_token(tokens.after, id_of);
  const std::int32_t second = tokens.second_type;
  PostProcessor processor;
  processor.single = {{Kind::special, before, 0}, {Kind::first, 0, 0}, {Kind::special, after, 0}};
  processor.pair = processor.single;
  if (tokens.two_separators) processor.pair.push_back({Kind::special, after, 0});
  processor.pair.push_back({Kind::second, 0, second});
  processor.pair.push_back({Kind::special, after, second});
  return processor;
}

}  // namespace gerbil::tokenizer
