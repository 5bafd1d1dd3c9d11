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
  for (const auto& [token, id] : file.vocabulary) {
    if (!table.ids.emplace(token, id).second) corrupt("model.vocab holds the token \"" + token + "\" twice.");
    largest = std::max(largest, id);
  }
  std::vector<bool> used(static_cast<std::size_t>(largest + 1));
  table.tokens.resize(used.size());
  for (const auto& [token, id] : file.vocabulary) {
    if (used[id]) {
      corrupt("model.vocab gives the id " + std::to_string(id) + " to two tokens, one of them \"" + token + "\".");
    }
    used[id] = true;
    table.tokens[id] = token;
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
