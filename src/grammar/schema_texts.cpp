#include "grammar/automaton.hpp"
#include "grammar/formats.hpp"
#include "grammar/regex.hpp"
#include "grammar/schema_shape.hpp"

namespace gerbil::grammar {

Expression SchemaTexts::pattern(const Json& schema, const std::string& text, std::string_view keyword) {
  const auto at = known_.find(text);
  if (at != known_.end()) return at->second;
  try {
    return known_[text] = parse_regex(make_, text, Spelling::json, Anchoring::search);
  } catch (const Error& error) {
    document_.fail(error.code(), schema, keyword, std::string("cannot be kept: ") + error.what());
  }
}

std::optional<Expression> SchemaTexts::format(const std::string& name) {
  const std::optional<std::string_view> pattern = format_pattern(name);
  if (!pattern) return std::nullopt;
  const auto [at, fresh] = known_.try_emplace("format " + name);
  if (fresh) {
    at->second = parse_regex(make_, *pattern, Spelling::json, Anchoring::whole);
    if (name == "hostname") {  // 253 characters in all, and no "--" where encoded names have it
      at->second = make_.both({at->second, parse_regex(make_, "(?!..--).{1,253}", Spelling::json, Anchoring::whole)});
    }
  }
  return at->second;
}

Expression SchemaTexts::lengths(std::size_t least, std::size_t most, const Json& schema, std::string_view keyword) {
  if (least > make_.limits().repetitions || (most != unbounded && most > make_.limits().repetitions)) {
    document_.fail(ErrorCode::unsupported, schema, keyword,
                   "cannot be kept beyond " + std::to_string(make_.limits().repetitions) + " characters");
  }
  const Expression character = spell(make_, all_code_points(), Spelling::json);
  return make_.repetition(character, static_cast<std::uint32_t>(least), static_cast<std::uint32_t>(most));
}

bool SchemaTexts::matches(Expression expression, const std::string& string) {
  const std::string quoted = Json(string).dump();
  return make_.matches(expression, std::string_view(quoted).substr(1, quoted.size() - 2));
}

bool SchemaTexts::can_match(Expression expression) {
  if (expression == nothing || make_.surely_matches(expression)) return expression != nothing;
  const auto [at, fresh] = can_match_.try_emplace(expression);
  if (fresh) at->second = Automaton(make_, {expression}).can_match(expression);
  return at->second;
}

void add_names(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (!std::ranges::contains(names, name)) names.push_back(name);
  }
}

void SchemaTexts::step() {
  make_.spend(20);
  if (++steps_ > make_.limits().search_steps) {
    exceed(make_.limits().search_steps, "steps to tell what the schema says", "make it simpler");
  }
}

}  // namespace gerbil::grammar
