#include "tokenizer/vocabulary.hpp"

#include <algorithm>

#include "tokenizer/errors.hpp"

namespace gerbil::tokenizer {

TokenTable read_token_table(const TokenizerFile& file) {
  if (file.vocabulary_is_array || file.root.at("model").contains("vocab")) {
    corrupt("model.vocab should be an object from tokens to ids.");
  }
  TokenTable table;
  table.ids.reserve(file.vocabulary.size());
  std::int32_t largest = -1;
  std::string twice, shared;
  for (const auto& [token, id] : file.vocabulary) {
    if (!table.ids.insert_or_assign(token, id).second) twice = token;
    largest = std::max(largest, id);
  }
  std::vector<bool> used(static_cast<std::size_t>(largest + 1));
  table.tokens.resize(used.size());
  for (const auto& [token, id] : file.vocabulary) {
    if (!twice.empty() && table.ids.find(token)->second != id) continue;
    if (used[id]) {
      if (table.tokens[id] != token) shared = token;
      continue;
    }
    used[id] = true;
    table.tokens[id] = token;
  }
  if (!twice.empty())
    table.warnings.push_back("model.vocab holds the token \"" + twice + "\" twice; the last id counts.");
  if (!shared.empty()) {
    table.warnings.push_back("model.vocab gives the token \"" + shared +
                             "\" the id of another token, as which that id is decoded.");
  }
  return table;
}

std::int32_t required_id(const TokenTable& table, const std::string& token, const std::string& reason) {
  const auto found = table.ids.find(token);
  if (found == table.ids.end()) corrupt(reason + " \"" + token + "\", which is not in model.vocab.");
  return found->second;
}

ByteTokens find_byte_tokens(const TokenTable& table) {
  ByteTokens ids;
  for (unsigned byte = 0; byte < ids.size(); ++byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const std::string token = {'<', '0', 'x', digits[byte / 16], digits[byte % 16], '>'};
    const auto found = table.ids.find(token);
    ids[byte] = found == table.ids.end() ? -1 : found->second;
  }
  return ids;
}

}  // namespace gerbil::tokenizer
