// A tokenizer.json, ready to use.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/added_tokens.hpp"
#include "tokenizer/decoder.hpp"
#include "tokenizer/model.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/post_processor.hpp"
#include "tokenizer/pre_tokenizer.hpp"
#include "tokenizer/tokenizer.hpp"
#include "tokenizer/word_cache.hpp"

namespace gerbil::tokenizer {

// What one call of encode() works with, reused by later calls.
struct Workspace {
  WordCache cache;
  PreTokenizerScratch scratch;
  UnigramScratch unigram;
  std::vector<Section> exact, normalized;
};

// Workspaces for as many threads as encode at the same time; each is locked once a call.
class WorkspacePool {
 public:
  std::unique_ptr<Workspace> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Workspace>();
    auto workspace = std::move(free_.back());
    free_.pop_back();
    return workspace;
  }
  void give_back(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(workspace));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

struct Tokenizer::Pipeline {
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Model model;
  AddedTokens added;
  PostProcessor post_processor;
  Decoder decoder;
  std::size_t vocabulary_size = 0;
  bool cut_front = false;  // what is too long loses its beginning
  std::vector<std::string> warnings;
  mutable WorkspacePool workspaces;

  // The spelling of `id` in tokenizer.json; null for an unused id.
  const std::string* token(TokenId id) const;
  std::optional<TokenId> id(std::string_view token) const;

  // The ids of `text` without those that the post-processor adds. Ends after the word with which there are `limit`.
  std::vector<TokenId> encode(std::string_view text, std::size_t limit) const;
};

}  // namespace gerbil::tokenizer
