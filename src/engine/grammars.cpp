#include "engine/grammars.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "calls/call_grammar.hpp"
#include "gerbil/error.hpp"
#include "grammar/gbnf.hpp"
#include "grammar/regex.hpp"
#include "grammar/schema.hpp"

namespace gerbil {
namespace {

// Of those that nobody uses at the moment, too.
constexpr std::size_t most_kept = 32;
constexpr std::size_t most_bytes = 256 << 20;

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

grammar::Productions of_lexeme(grammar::Grammar& grammar, grammar::Expression whole) {
  return grammar.finish(grammar.either({{grammar::lexeme(whole)}}));
}

grammar::Expression one_of(grammar::Expressions& make, const std::vector<std::string>& texts) {
  if (texts.empty()) {
    throw Error(ErrorCode::invalid_argument, "The list of choices is empty, but an answer should be one of them.");
  }
  std::size_t bytes = 0;
  for (const std::string& text : texts) {
    bytes += text.size();
    if (bytes > make.limits().text_bytes) grammar::exceed(make.limits().text_bytes, "bytes of choices", "give fewer");
    grammar::decode(text);  // is it UTF-8?
  }
  return make.literals(texts);
}

grammar::Productions parse(const Grammar& source, const grammar::Limits& limits, const grammar::FindToken& find_token) {
  grammar::Grammar made(limits);
  return std::visit(
      Overloaded{[&](std::monostate) -> grammar::Productions {
                   throw Error(ErrorCode::internal, "There is no grammar to compile.");
                 },
                 [&](const JsonSchema& json) {
                   const auto order = json.in_order ? grammar::Order::declared : grammar::Order::any;
                   return grammar::parse_schema_text(json.schema, limits, order);
                 },
                 [&](const Regex& regex) {
                   return of_lexeme(made, grammar::parse_regex(made.expressions(), regex.pattern,
                                                               grammar::Spelling::raw, grammar::Anchoring::whole));
                 },
                 [&](const Gbnf& gbnf) { return grammar::parse_gbnf(gbnf.rules, limits, find_token); },
                 [&](const Choice& choice) { return of_lexeme(made, one_of(made.expressions(), choice.texts)); }},
      source);
}

grammar::Productions parse(const RequiredCalls& calls, const grammar::Limits& limits,
                           const grammar::FindToken& find_token) {
  const calls::Tools tools(parse_exact_json(calls.tools, "The list of tools"));
  return calls::tool_call_grammar(*calls.format, tools, calls.choice, calls.choice.parallel, limits, find_token);
}

}  // namespace

Grammars::Grammars(const ModelFiles& files, std::int32_t vocabulary)
    : tokenizer_(*files.tokenizer), size_(vocabulary), end_tokens_(files.end_tokens) {
  std::erase_if(end_tokens_, [&](std::int32_t token) { return token < 0 || token >= size_; });
  if (files.chat_templates) tags_ = files.chat_templates->reasoning_tags();
}

void Grammars::read_vocabulary() {
  grammar::Tokens tokens;
  // Rows of logits behind the tokenizer's last id stand for nothing, and are never chosen.
  for (std::int32_t id = 0; id < size_; ++id) {
    const bool special = tokenizer_.is_special(id);
    tokens.bytes.push_back(special ? tokenizer_.token(id) : tokenizer_.bytes(id));
    tokens.special.push_back(special);
  }
  tokens.ends = end_tokens_;
  vocabulary_ = std::make_shared<const grammar::Vocabulary>(std::move(tokens));
  reasoning_ = std::make_shared<ReasoningMasks>(vocabulary_, tags_);
}

std::shared_ptr<grammar::Constraint> Grammars::find(const Demand& demand) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(kept_, demand, &Kept::demand);
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return found->constraint;
}

void Grammars::keep(const Demand& demand, const std::shared_ptr<grammar::Constraint>& constraint) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::contains(kept_, demand, &Kept::demand)) return;  // somebody was faster
  kept_.push_front({demand, constraint});
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (auto each = kept_.begin(); each != kept_.end();) {
    bytes += each->constraint->bytes();
    ++count;
    const bool stays = count <= most_kept && (bytes <= most_bytes || count == 1);
    each = stays ? std::next(each) : kept_.erase(each);
  }
}

std::shared_ptr<grammar::Constraint> Grammars::compile(const Demand& demand, const std::function<void()>& check) {
  if (auto known = find(demand)) return known;
  grammar::Limits limits;
  limits.check = check;
  const grammar::FindToken find_token = [this](std::string_view text) { return vocabulary_->find_special(text); };
  try {
    const auto made = std::make_shared<grammar::Constraint>(
        std::visit([&](const auto& source) { return parse(source, limits, find_token); }, demand), vocabulary_);
    keep(demand, made);
    return made;
  } catch (const Error& error) {
    const bool refused = error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::unsupported;
    if (!refused) throw;  // what `check` throws, for example
    throw GrammarError(error.code(), error.what());
  }
}

std::shared_ptr<GrammarGuide> Grammars::guide(const Demand& demand, bool in_reasoning, bool may_reason,
                                              const std::function<void()>& check) {
  std::call_once(once_, [this] { read_vocabulary(); });
  return std::make_shared<GrammarGuide>(reasoning_, grammar::Matcher(compile(demand, check)), in_reasoning, may_reason);
}

}  // namespace gerbil
