// Grammars from strangers, and answers under them. The first byte says what the text is: a schema, a pattern or a
// grammar; the last sixteen choose tokens. Masks must have a token as long as the text has not ended, and accept what
// they say.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gerbil/error.hpp"
#include "grammar/gbnf.hpp"
#include "grammar/matcher.hpp"
#include "grammar/regex.hpp"
#include "grammar/schema.hpp"

namespace {

using namespace gerbil::grammar;

Limits small() {
  Limits limits;
  limits.text_bytes = 4096;
  limits.expression_words = 100'000;
  limits.search_steps = 5'000;
  limits.automaton_bytes = 4 << 20;
  limits.rules = 5'000;
  limits.threads = 200;
  limits.recognizer_bytes = 2 << 20;
  limits.work = 1'000'000;
  limits.step_work = 1'000'000;
  return limits;
}

std::shared_ptr<const Vocabulary> vocabulary() {
  Tokens tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.bytes.emplace_back(1, static_cast<char>(byte));
  for (const char* text : {"\":", "{\"", "\"}", "ab", "aaaa", "123", "\xc3\xa9", "\xe2\x82", "<s>", "<e>"}) {
    tokens.bytes.emplace_back(text);
  }
  tokens.special.resize(tokens.bytes.size());
  tokens.special[tokens.bytes.size() - 2] = true;
  tokens.ends = {static_cast<std::int32_t>(tokens.bytes.size() - 1)};
  return std::make_shared<const Vocabulary>(std::move(tokens));
}

Productions compile(std::uint8_t kind, std::string_view text, const Vocabulary& tokens) {
  if (kind % 3 == 0) return parse_schema_text(text, small());
  if (kind % 3 == 1) return parse_gbnf(text, small(), [&](std::string_view name) { return tokens.find_special(name); });
  Grammar grammar{small()};
  const Anchoring anchoring = kind & 0x80 ? Anchoring::search : Anchoring::whole;
  const Spelling spelling = kind & 0x40 ? Spelling::json : Spelling::raw;
  const Expression whole = parse_regex(grammar.expressions(), text, spelling, anchoring);
  return grammar.finish(grammar.either({{lexeme(whole)}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tokens = vocabulary();
  if (size < 17) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 17);
  try {
    Matcher matcher(std::make_shared<Constraint>(compile(data[0], text, *tokens), tokens, small()));
    for (std::size_t at = size - 16; at < size && !matcher.has_ended(); ++at) {
      const Mask mask = matcher.mask();
      std::vector<std::int32_t> allowed;
      for (std::int32_t token = 0; token < static_cast<std::int32_t>(tokens->size()); ++token) {
        if ((*mask)[static_cast<std::size_t>(token) / 32] >> token % 32 & 1) allowed.push_back(token);
      }
      if (allowed.empty()) std::abort();
      matcher.forced();
      Matcher copy = matcher;
      if (copy.accept(data[at]) != ((*mask)[data[at] / 32u] >> data[at] % 32 & 1)) std::abort();
      if (!matcher.accept(allowed[data[at] % allowed.size()])) std::abort();
    }
  } catch (const gerbil::Error&) {
  }
  return 0;
}
