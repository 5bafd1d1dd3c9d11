// Text to token ids and back, as the checkpoint's tokenizer.json says.
// Reference: Hugging Face tokenizers 0.23; ids are the same, id for id.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/decode_state.hpp"
#include "tokenizer/settings.hpp"
#include "tokenizer/truncation.hpp"

namespace gerbil::tokenizer {

using TokenId = std::int32_t;

struct EncodeOptions {
  bool add_special = true;                // run the post-processor (BOS, CLS, SEP, …)
  std::optional<std::size_t> max_tokens;  // special tokens included; what is too much is cut off
  Truncation truncation = Truncation::longest_first;
};

struct Encoding {
  std::vector<TokenId> ids;
  std::vector<std::int32_t> type_ids;  // one for each id, as the post-processor gives them
};

class Tokenizer {
 public:
  // Reads `path` (a tokenizer.json) with what the files beside it change in it. Throws
  // Error{not_found|corrupt|unsupported} naming the component and the value.
  static Tokenizer from_file(const std::filesystem::path& path, const Settings& settings = {});
  static Tokenizer from_json(std::string_view text, std::string_view where, const Settings& settings = {});

  // Encodes `text` (UTF-8; malformed bytes become U+FFFD first, as Python's "replace" does). Added and special tokens
  // written in the text are recognised. add_special runs the post-processor (BOS, EOS, …). The "truncation" and
  // "padding" of the file are not applied. Throws Error{invalid_argument} for a text that the model cannot encode
  // (Unigram without an unk_id) or that a regular expression gives up on.
  std::vector<TokenId> encode(std::string_view text, bool add_special = true) const;

  // The same with type ids and a largest length; what is too much is cut off the end of the text, or its beginning
  // where the files say so. Throws Error{invalid_argument} besides when max_tokens is less than the number of special
  // tokens.
  Encoding encode_single(std::string_view text, const EncodeOptions& options = {}) const;

  // Two texts for a model that compares them, as the post-processor's template for pairs says; without a post-processor
  // one after the other, of types 0 and 1. What is too much is cut off as `truncation` says.
  Encoding encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options = {}) const;

  // The text of `ids`; unknown ids are an Error{invalid_argument}. skip_special leaves special tokens out.
  std::string decode(const std::vector<TokenId>& ids, bool skip_special = true) const;

  std::size_t vocabulary_size() const;                      // one more than the largest id
  std::optional<TokenId> id(std::string_view token) const;  // by its spelling in tokenizer.json
  std::string token(TokenId id) const;                      // the spelling in tokenizer.json; empty for an unused id
  bool is_special(TokenId id) const;
  // What it adds to a text that goes on before and behind it, which may be part of a character. Empty for an unused id.
  std::string bytes(TokenId id) const;
  const std::vector<std::string>& warnings() const;  // what is odd in the file, and how it was read
  std::optional<TokenId> unknown_id() const;         // what stands for text that the vocabulary lacks

  struct Pipeline;

 private:
  friend class Detokenizer;
  std::shared_ptr<const Pipeline> pipeline_;
};

// Streaming detokenisation: the pieces put together equal decode() of all ids, and no piece ever ends inside a UTF-8
// character (an unfinished one is held back until it is complete, or replaced by U+FFFD in finish()).
class Detokenizer {
 public:
  explicit Detokenizer(Tokenizer tokenizer, bool skip_special = true);
  std::string push(TokenId id);  // the text that became certain with this token; may be empty
  std::string finish();          // the rest

 private:
  Tokenizer tokenizer_;
  bool skip_special_;
  DecodeState state_;
};

}  // namespace gerbil::tokenizer
