// Small vocabularies for tests.
#pragma once

#include <memory>
#include <string>

#include "grammar/vocabulary.hpp"

namespace gerbil::grammar {

// All bytes (ids 0 to 255), then texts of every kind: several of the same bytes, parts of characters, and two special
// tokens, the second of which ends texts.
inline std::shared_ptr<const Vocabulary> small_vocabulary() {
  Tokens tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.bytes.emplace_back(1, static_cast<char>(byte));
  for (const char* text : {"true",      "false",
                           "null",      "tr",
                           "ue",        "12",
                           "123",       "0.",
                           "-1",        ", ",
                           ",\"",       "\",",
                           "\":",       "\": ",
                           "\": \"",    "{\"",
                           "\"}",       "}",
                           "}}",        "]}",
                           "]",         "[[",
                           "[]",        "{}",
                           "name",      "na",
                           "me",        "age",
                           "a",         "ab",
                           "abc",       "a b",
                           " a",        "\xc3\xa9",
                           "\xc3\xa9t", "\xe2\x82",
                           "\x82\xac",  "\xf0\x9d\x84\x9e",
                           "\\n",       "\\u00",
                           "\\\"",      "\n",
                           "\n  ",      "  ",
                           "aaaa",      "aaaaaaaaaaaaaaaa",
                           "hello",     "hello world",
                           "e+",        "E1",
                           "2024",      "-05-",
                           "",          "(",
                           "))",        "x+",
                           "+1",        "*2",
                           "1+"}) {
    tokens.bytes.emplace_back(text);
  }
  tokens.bytes.emplace_back("<think>");
  tokens.bytes.emplace_back("<end>");
  tokens.special.resize(tokens.bytes.size());
  tokens.special[tokens.bytes.size() - 2] = true;
  tokens.special[tokens.bytes.size() - 1] = true;
  tokens.ends = {static_cast<std::int32_t>(tokens.bytes.size() - 1)};
  return std::make_shared<const Vocabulary>(std::move(tokens));
}

}  // namespace gerbil::grammar
