// Grammars for tools/grammar_parity: a request and an answer are frames of JSON (tools/parity/frames.hpp).
//   {"schema" | "regex" | "gbnf": …, "texts": [TEXT…]}    → {"fits": [true | false…]}
//   {"schema" | "regex" | "gbnf": …, "walks": N, "seed": S} → {"texts": [TEXT…]}, of walks at random that came to an
//   end
//   {"schema" | "regex" | "gbnf": …, "bytes_behind": TEXT} → {"bytes": [[BYTE…]…]}, that may come behind each prefix
// or {"error": SENTENCE, "code": its number}.
#include <random>

#include "base/json.hpp"
#include "frames.hpp"
#include "gerbil/error.hpp"
#include "grammar/gbnf.hpp"
#include "grammar/matcher.hpp"
#include "grammar/regex.hpp"
#include "grammar/schema.hpp"

namespace {

using namespace gerbil::grammar;
using gerbil::Json;

std::shared_ptr<const Vocabulary> vocabulary() {
  Tokens tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.bytes.emplace_back(1, static_cast<char>(byte));
  for (const char* text :
       {"\",", "\":", "\": ", "{\"", "\"}", "}}",   "]}", "true",  "null",  "false", "12",  ".5",
        "aaa", "abc", "é",    "€",   "\\n", "\\\"", ", ", "@b.co", "2024-", "10",    "Z\"", "http://"}) {
    tokens.bytes.emplace_back(text);
  }
  tokens.bytes.emplace_back();
  tokens.ends = {static_cast<std::int32_t>(tokens.bytes.size() - 1)};
  return std::make_shared<const Vocabulary>(std::move(tokens));
}

Productions compile(const Json& request) {
  if (request.contains("schema")) return parse_schema(request["schema"], Limits{});
  if (request.contains("gbnf")) return parse_gbnf(request["gbnf"].get<std::string>(), Limits{});
  Grammar grammar{Limits{}};
  const Expression whole =
      parse_regex(grammar.expressions(), request["regex"].get<std::string>(), Spelling::raw, Anchoring::whole);
  return grammar.finish(grammar.either({{lexeme(whole)}}));
}

bool fits(Recognizer& recognizer, const std::string& text) {
  Recognizer::State state = recognizer.start();
  for (const char c : text) state = recognizer.step(state, static_cast<std::uint8_t>(c));
  return recognizer.can_end(state);
}

std::optional<std::string> walk(Matcher matcher, const Vocabulary& tokens, std::mt19937& random) {
  constexpr int patience = 60;
  std::string text;
  for (int step = 0; step < 3000; ++step) {
    const Mask mask = matcher.mask();
    std::vector<std::int32_t> allowed;
    std::vector<std::int32_t> closing;  // what brings the text to its end, when it has been going on for long
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto token = static_cast<std::int32_t>(i);
      if (!((*mask)[i / 32] >> i % 32 & 1)) continue;
      allowed.push_back(token);
      const std::string& bytes = tokens.bytes(token);
      if (tokens.ends(token) || bytes == "\"" || bytes == "]" || bytes == "}") closing.push_back(token);
    }
    if (allowed.empty()) throw gerbil::Error(gerbil::ErrorCode::internal, "no token goes on behind " + text);
    const auto& from = step > patience && !closing.empty() ? closing : allowed;
    const std::int32_t token = from[random() % from.size()];
    if (!matcher.accept(token)) throw gerbil::Error(gerbil::ErrorCode::internal, "the mask was wrong behind " + text);
    if (matcher.has_ended()) return text;
    text += tokens.bytes(token);
  }
  return std::nullopt;
}

Json answer(const Json& request) {
  const Productions productions = compile(request);
  Json made;
  if (request.contains("texts")) {
    Recognizer recognizer(productions);
    made["fits"] = Json::array();
    for (const Json& text : request["texts"]) made["fits"].push_back(fits(recognizer, text.get<std::string>()));
    return made;
  }
  if (request.contains("bytes_behind")) {
    Recognizer recognizer(productions);
    Recognizer::State state = recognizer.start();
    const std::string text = request["bytes_behind"].get<std::string>();
    made["bytes"] = Json::array();
    for (std::size_t at = 0; at <= text.size(); ++at) {
      Json following = Json::array();
      for (int byte = 0; byte < 256; ++byte) {
        if (recognizer.step(state, static_cast<std::uint8_t>(byte)) != Recognizer::dead) following.push_back(byte);
      }
      made["bytes"].push_back(std::move(following));
      if (at < text.size()) state = recognizer.step(state, static_cast<std::uint8_t>(text[at]));
    }
    return made;
  }
  const auto tokens = vocabulary();
  const Matcher start(std::make_shared<Constraint>(productions, tokens));
  std::mt19937 random(request.value("seed", 1u));
  made["texts"] = Json::array();
  for (int i = 0; i < request["walks"].get<int>(); ++i) {
    if (const auto text = walk(start, *tokens, random)) made["texts"].push_back(*text);
  }
  return made;
}

}  // namespace

int main() {
  for (std::string frame; gerbil::parity::read_frame(frame);) {
    Json made;
    try {
      made = answer(gerbil::parse_strict_json(frame, "the request"));
    } catch (const gerbil::Error& error) {
      made = {{"error", error.what()}, {"code", static_cast<int>(error.code())}};
    }
    gerbil::parity::write_frame(made.dump(-1, ' ', false, Json::error_handler_t::replace));
    std::fflush(stdout);
  }
}
