#include "tokenizer/unigram.hpp"

#include <algorithm>
#include <ranges>

#include "tokenizer/errors.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr double unknown_penalty = 10;          // below the lowest score of a piece
constexpr std::size_t largest_kept = 2u << 20;  // places of 16 bytes; a text without a pre-tokenizer is one word

using Best = UnigramScratch::Best;

void find_best(const Unigram& model, std::string_view word, std::vector<Best>& best) {
  best.assign(word.size() + 1, {});
  // Every place is reached by the character before it, known or not. Of equal sums the first found stays.
  for (std::size_t at = 0; at < word.size();) {
    const double so_far = best[at].score;
    const std::size_t character = utf8_unit(word, at).size;
    bool known = false;
    const auto offer = [&](std::size_t size, double score) -> Best* {
      Best& place = best[at + size];
      if (place.id >= 0 && so_far + score <= place.score) return nullptr;
      place.score = so_far + score;
      place.size = static_cast<std::uint32_t>(size);
      return &place;
    };
    model.pieces.for_each_prefix(word.substr(at), [&](std::size_t size, std::int32_t id) {
      if (Best* place = offer(size, model.scores[static_cast<std::size_t>(id)])) place->id = id;
      known |= size == character;
    });
    if (!known) {
      if (Best* place = offer(character, model.unknown_score)) {
        if (!model.unknown) {
          throw Error(ErrorCode::invalid_argument, "[tokenizer] The text holds \"" +
                                                       std::string(word.substr(at, character)) +
                                                       "\", which the model has no piece for, nor an unk_id.");
        }
        place->id = *model.unknown;
      }
    }
    at += character;
  }
}

// A run of unknown characters is looked up once more as a whole, then divided into its bytes if there are pieces for
// all of them.
void append_unknown(const Unigram& model, std::string_view run, std::vector<std::int32_t>& out) {
  const auto byte_token = [&](char byte) { return model.byte_tokens[static_cast<std::uint8_t>(byte)]; };
  if (const auto known = model.table.ids.find(run); known != model.table.ids.end()) {
    out.push_back(known->second);
  } else if (model.byte_fallback && std::ranges::all_of(run, [&](char byte) { return byte_token(byte) >= 0; })) {
    std::ranges::transform(run, std::back_inserter(out), byte_token);
  } else {
    out.push_back(*model.unknown);
  }
}

}  // namespace

Unigram read_unigram(const TokenizerFile& file) {
  const Json& json = file.root.at("model");
  if (!file.vocabulary_is_array) corrupt("model.vocab of a Unigram model should be an array of pieces and scores.");
  if (file.pieces.empty()) corrupt("model.vocab of a Unigram model is empty, but should have at least one piece.");
  const auto count = static_cast<std::int64_t>(file.pieces.size());
  Unigram model;
  if (json.contains("unk_id") && !json["unk_id"].is_null()) {
    const auto unknown = json_required<std::int64_t>(json, "unk_id");
    if (unknown < 0 || unknown >= count) {
      corrupt("model.unk_id is " + std::to_string(unknown) + ", but should be an id of the " + std::to_string(count) +
              " pieces.");
    }
    model.unknown = static_cast<std::int32_t>(unknown);
  }
  model.byte_fallback = json_value(json, "byte_fallback", false);
  std::vector<PrefixTrie::Word> words;
  for (const auto& [piece, score] : file.pieces) {
    const auto id = static_cast<std::int32_t>(model.scores.size());
    model.table.ids.insert_or_assign(piece, id);
    model.table.tokens.push_back(piece);
    model.scores.push_back(score);
    words.emplace_back(piece, id);
  }
  model.pieces = PrefixTrie(std::move(words));
  model.unknown_score = std::ranges::min(model.scores) - unknown_penalty;
  model.byte_tokens = find_byte_tokens(model.table);
  return model;
}

void encode_word(const Unigram& model, std::string_view word, UnigramScratch& scratch, std::vector<std::int32_t>& out) {
  auto& [best, parts] = scratch;
  find_best(model, word, best);
  parts.clear();
  for (std::size_t end = word.size(), begin; end > 0; end = begin) {
    const auto [score, size, id] = best[end];
    begin = end - size;
    if (id == model.unknown && !parts.empty() && parts.back().id == id) {
      parts.back().begin = begin;
    } else {
      parts.push_back({begin, end, id});
    }
  }
  for (const auto& [begin, end, id] : std::views::reverse(parts)) {
    if (id == model.unknown) {
      append_unknown(model, word.substr(begin, end - begin), out);
    } else {
      out.push_back(id);
    }
  }
  if (best.capacity() > largest_kept) scratch = {};
}

}  // namespace gerbil::tokenizer
