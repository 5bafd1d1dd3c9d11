#include "tokenizer/wordpiece.hpp"

#include <algorithm>

#include "tokenizer/errors.hpp"

namespace gerbil::tokenizer {
namespace {

bool has_more_characters(std::string_view word, std::size_t limit) {
  if (word.size() <= limit) return false;
  const auto begins = [](char byte) { return (static_cast<std::uint8_t>(byte) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(word, begins)) > limit;
}

}  // namespace

WordPiece read_wordpiece(const TokenizerFile& file) {
  const Json& json = file.root.at("model");
  WordPiece model;
  model.table = read_token_table(file);
  model.unknown = required_id(model.table, json_value<std::string>(json, "unk_token", "[UNK]"), "model.unk_token is");
  const auto longest = json_value<std::int64_t>(json, "max_input_chars_per_word", 100);
  if (longest < 0) {
    corrupt("model.max_input_chars_per_word is " + std::to_string(longest) + ", but should be at least 0.");
  }
  model.longest_word = static_cast<std::size_t>(longest);
  const auto prefix = json_value<std::string>(json, "continuing_subword_prefix", "##");
  std::vector<PrefixTrie::Word> first, rest;
  for (const auto& [token, id] : model.table.ids) {
    first.emplace_back(token, id);
    if (token.starts_with(prefix)) rest.emplace_back(std::string_view(token).substr(prefix.size()), id);
  }
  model.first = PrefixTrie(std::move(first));
  model.rest = PrefixTrie(std::move(rest));
  return model;
}

void encode_word(const WordPiece& model, std::string_view word, std::vector<std::int32_t>& out) {
  if (has_more_characters(word, model.longest_word)) {
    out.push_back(model.unknown);
    return;
  }
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < word.size();) {
    std::size_t longest = 0;
    std::int32_t id = 0;
    (at == 0 ? model.first : model.rest).for_each_prefix(word.substr(at), [&](std::size_t size, std::int32_t piece) {
      longest = size;
      id = piece;
    });
    if (longest == 0) {
      out.resize(before);
      out.push_back(model.unknown);
      return;
    }
    out.push_back(id);
    at += longest;
  }
}

}  // namespace gerbil::tokenizer
