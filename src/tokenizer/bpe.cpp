#include "tokenizer/bpe.hpp"

#include <algorithm>
#include <format>
#include <queue>

#include "tokenizer/errors.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr std::string_view marker = "▁";  // SentencePiece's space
constexpr std::uint32_t no_rank = ~std::uint32_t{0};
constexpr std::size_t longest_scanned_word = 40;  // symbols; below, scanning for the best pair beats a heap

// The ids of a word before any merge.
void initial_symbols(const Bpe& bpe, std::string_view word, Ids& symbols) {
  bool unknown = false;  // an unknown character is held back, to fuse it with the next
  const auto flush = [&] {
    if (unknown) symbols.push_back(*bpe.unknown);
    unknown = false;
  };
  std::string decorated;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t size = utf8_unit(word, at).size;
    std::string_view symbol = word.substr(at, size);
    const bool first = at == 0;
    at += size;
    const bool last = at == word.size();
    if ((!first && !bpe.continuing_subword_prefix.empty()) || (last && !bpe.end_of_word_suffix.empty())) {
      decorated = first ? "" : bpe.continuing_subword_prefix;
      decorated += symbol;
      if (last) decorated += bpe.end_of_word_suffix;
      symbol = decorated;
    }
    if (const auto known = bpe.table.ids.find(symbol); known != bpe.table.ids.end()) {
      flush();
      symbols.push_back(known->second);
      continue;
    }
    const auto byte_token = [&](char byte) { return bpe.byte_tokens[static_cast<std::uint8_t>(byte)]; };
    if (bpe.byte_fallback && std::ranges::all_of(symbol, [&](char byte) { return byte_token(byte) >= 0; })) {
      // An unknown character held back stays so, and comes after these bytes: the reference does the same.
      std::ranges::transform(symbol, std::back_inserter(symbols), byte_token);
    } else if (bpe.unknown) {
      if (!bpe.fuse_unknown) flush();
      unknown = true;
    }
  }
  flush();
}

// Repeatedly merges the pair of lowest rank, the leftmost of equals, by scanning.
void merge_short(const MergeTable& merges, Ids& symbols) {
  struct Pair {
    std::uint32_t rank;
    std::int32_t result;
  };
  Pair pairs[longest_scanned_word];  // pairs[i]: symbols[i] with symbols[i + 1]
  const auto look_up = [&](std::size_t i) {
    const Merge* merge = merges.find(symbols[i], symbols[i + 1]);
    pairs[i] = merge ? Pair{merge->rank, merge->result} : Pair{no_rank, 0};
  };
  std::size_t count = symbols.size();
  for (std::size_t i = 0; i + 1 < count; ++i) look_up(i);
  while (count > 1) {
    const Pair* best =
        std::min_element(pairs, pairs + count - 1, [](const Pair& a, const Pair& b) { return a.rank < b.rank; });
    if (best->rank == no_rank) break;
    const auto at = static_cast<std::size_t>(best - pairs);
    symbols[at] = best->result;
    std::copy(symbols.begin() + at + 2, symbols.begin() + count, symbols.begin() + at + 1);
    if (at + 2 < count) std::copy(pairs + at + 2, pairs + count - 1, pairs + at + 1);
    --count;
    if (at > 0) look_up(at - 1);
    if (at + 1 < count) look_up(at);
  }
  symbols.resize(count);
}

// The same with a heap of candidate pairs over a linked list, for long words.
void merge_long(const MergeTable& merges, Ids& symbols) {
  struct Candidate {
    std::uint32_t rank;
    std::uint32_t at;
    std::int32_t result;
    bool operator<(const Candidate& other) const {  // the best candidate is the greatest
      return rank != other.rank ? rank > other.rank : at > other.at;
    }
  };
  constexpr std::int32_t gone = -1;
  const auto count = static_cast<std::uint32_t>(symbols.size());
  std::vector<std::uint32_t> previous(count), next(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    previous[i] = i - 1;  // wraps for the first, which is never asked
    next[i] = i + 1;
  }
  std::vector<Candidate> storage;
  storage.reserve(count);
  const auto candidate = [&](std::uint32_t at, auto&& add) {
    if (next[at] == count) return;
    if (const Merge* merge = merges.find(symbols[at], symbols[next[at]]))
      add(Candidate{merge->rank, at, merge->result});
  };
  for (std::uint32_t i = 0; i < count; ++i) candidate(i, [&](Candidate c) { storage.push_back(c); });
  std::priority_queue<Candidate> queue({}, std::move(storage));
  const auto enqueue = [&](Candidate c) { queue.push(c); };
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    if (symbols[top.at] == gone || next[top.at] == count) continue;
    const std::uint32_t right = next[top.at];
    const Merge* merge = merges.find(symbols[top.at], symbols[right]);
    if (!merge || merge->result != top.result) continue;  // one of the two was merged meanwhile
    symbols[top.at] = top.result;
    symbols[right] = gone;
    next[top.at] = next[right];
    if (next[right] != count) previous[next[right]] = top.at;
    if (top.at > 0) candidate(previous[top.at], enqueue);
    candidate(top.at, enqueue);
  }
  std::erase(symbols, gone);
}

void read_merges(const TokenizerFile& file, Bpe& bpe) {
  bpe.merges = MergeTable(file.merges.size());
  std::uint32_t rank = 0;
  for (const auto& [left, right] : file.merges) {
    const std::string reason = "Merge " + std::to_string(rank) + " uses";
    const std::int32_t left_id = required_id(bpe.table, left, reason);
    const std::int32_t right_id = required_id(bpe.table, right, reason);
    if (right.size() < bpe.continuing_subword_prefix.size()) {
      corrupt(std::format("{} \"{}\", which is shorter than continuing_subword_prefix.", reason, right));
    }
    std::string result = left;
    result.append(right, bpe.continuing_subword_prefix.size());
    const std::int32_t result_id = required_id(bpe.table, result, "Merge " + std::to_string(rank) + " makes");
    bpe.merges.insert(left_id, right_id, {rank++, result_id});
  }
}

// A "▁" that is a token also ends a run of unknown characters.
bool parts_at_marker(const Bpe& bpe, const TokenizerFile& file) {
  const auto crosses = [](const auto& merge) {
    return merge.second.starts_with(marker) && !merge.first.ends_with(marker);
  };
  return !bpe.ignore_merges && bpe.continuing_subword_prefix.empty() && bpe.end_of_word_suffix.empty() &&
         bpe.table.ids.contains(marker) && std::ranges::none_of(file.merges, crosses);
}

}  // namespace

Bpe read_bpe(const TokenizerFile& file) {
  const Json& model = file.root.at("model");
  Bpe bpe;
  if (model.contains("merges")) corrupt("model.merges should be an array of merges.");
  if (const double dropout = json_value(model, "dropout", 0.0); dropout != 0.0) {
    unsupported("model.dropout is " + std::to_string(dropout) + "; gerbil encodes without dropout only (null or 0).");
  }
  bpe.table = read_token_table(file);
  bpe.fuse_unknown = json_value(model, "fuse_unk", false);
  bpe.byte_fallback = json_value(model, "byte_fallback", false);
  bpe.ignore_merges = json_value(model, "ignore_merges", false);
  bpe.continuing_subword_prefix = json_value<std::string>(model, "continuing_subword_prefix", "");
  bpe.end_of_word_suffix = json_value<std::string>(model, "end_of_word_suffix", "");
  if (const auto unknown = json_value<std::string>(model, "unk_token", ""); !unknown.empty()) {
    bpe.unknown = required_id(bpe.table, unknown, "model.unk_token is");
  }
  bpe.byte_tokens = find_byte_tokens(bpe.table);
  read_merges(file, bpe);
  bpe.parts_at_marker = parts_at_marker(bpe, file);
  return bpe;
}

std::size_t next_part(const Bpe& bpe, std::string_view word) {
  if (!bpe.parts_at_marker) return word.size();
  std::size_t run = 0;  // the end of the "▁" run that is being read
  for (std::size_t at; (at = word.find(marker, run)) != std::string_view::npos; run = at + marker.size()) {
    if (at > 0 && at != run) return at;
  }
  return word.size();
}

void encode_word(const Bpe& bpe, std::string_view word, std::vector<std::int32_t>& out) {
  if (word.empty()) return;
  if (bpe.ignore_merges) {
    if (const auto whole = bpe.table.ids.find(word); whole != bpe.table.ids.end()) {
      out.push_back(whole->second);
      return;
    }
  }
  Ids symbols;
  initial_symbols(bpe, word, symbols);
  if (symbols.size() <= longest_scanned_word) {
    merge_short(bpe.merges, symbols);
  } else {
    merge_long(bpe.merges, symbols);
  }
  out.insert(out.end(), symbols.begin(), symbols.end());
}

}  // namespace gerbil::tokenizer
