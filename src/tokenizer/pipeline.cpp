#include "tokenizer/pipeline.hpp"

#include <functional>

#include "tokenizer/byte_level.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

// One call of encode().
class Run {
 public:
  Run(const Tokenizer::Pipeline& pipeline, Workspace& workspace, std::size_t limit, std::vector<TokenId>& ids)
      : pipeline_(pipeline), workspace_(workspace), limit_(limit), ids_(ids) {}

  void encode(std::string_view text) {
    const Words words = [this](std::string_view word) { encode_word(word); };
    pipeline_.added.exact.split(text, workspace_.exact);
    for (const Section& section : workspace_.exact) {
      if (done_) return;
      if (section.id) {
        ids_.push_back(*section.id);
      } else {
        encode_section(section.text, section.text.data() == text.data(), words);
      }
    }
  }

 private:
  using Words = std::function<void(std::string_view)>;

  void encode_section(std::string_view text, bool at_start, const Words& words) {
    std::string normalized;
    if (!pipeline_.normalizer.steps.empty()) {
      bool keeps_start = true;
      normalized = pipeline_.normalizer.apply(text, &keeps_start);
      at_start = at_start && keeps_start;
      text = normalized;
    }
    pipeline_.added.normalized.split(text, workspace_.normalized);
    for (const Section& part : workspace_.normalized) {
      if (done_) return;
      if (part.id) {
        ids_.push_back(*part.id);
      } else {
        pre_tokenize(pipeline_.pre_tokenizer, part.text, at_start && part.text.data() == text.data(),
                     workspace_.scratch, words);
      }
    }
  }

  void encode_word(std::string_view word) {
    if (done_) return;
    while (!word.empty()) {
      const bool byte_level = pipeline_.pre_tokenizer.byte_level;
      const std::string_view part = byte_level ? word : word.substr(0, next_part(pipeline_.model, word));
      encode_cached(part, byte_level);
      word.remove_prefix(part.size());
    }
    done_ = ids_.size() >= limit_;
  }

  void encode_cached(std::string_view word, bool byte_level) {
    if (const auto known = workspace_.cache.find(word); !known.empty()) {
      ids_.insert(ids_.end(), known.begin(), known.end());
      return;
    }
    const std::size_t before = ids_.size();
    const std::string characters = byte_level ? bytes_to_characters(word) : std::string();
    tokenizer::encode_word(pipeline_.model, byte_level ? std::string_view(characters) : word, workspace_.unigram, ids_);
    workspace_.cache.insert(word, std::span(ids_).subspan(before));
  }

  const Tokenizer::Pipeline& pipeline_;
  Workspace& workspace_;
  std::size_t limit_;
  std::vector<TokenId>& ids_;
  bool done_ = false;  // the limit is reached
};

}  // namespace

const std::string* Tokenizer::Pipeline::token(TokenId id) const {
  if (const auto token = added.by_id.find(id); token != added.by_id.end()) return &token->second.content;
  const auto& tokens = table_of(model).tokens;
  if (id < 0 || static_cast<std::size_t>(id) >= tokens.size() || tokens[id].empty()) return nullptr;
  return &tokens[id];
}

std::optional<TokenId> Tokenizer::Pipeline::id(std::string_view token) const {
  for (const Vocabulary* ids : {&added.ids, &table_of(model).ids}) {
    if (const auto found = ids->find(token); found != ids->end()) return found->second;
  }
  return std::nullopt;
}

std::vector<TokenId> Tokenizer::Pipeline::encode(std::string_view text, std::size_t limit) const {
  std::string repaired;
  text = well_formed_utf8(text, repaired);
  auto workspace = workspaces.take();
  std::vector<TokenId> ids;
  ids.reserve(std::min(text.size() / 4 + 8, limit));
  Run(*this, *workspace, limit, ids).encode(text);
  workspaces.give_back(std::move(workspace));
  return ids;
}

}  // namespace gerbil::tokenizer
