// What an Engine handle points to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/profiler.hpp"
#include "engine/generation.hpp"
#include "engine/model_files.hpp"
#include "engine/sentence_pipeline.hpp"
#include "gerbil/engine.hpp"
#include "runtime/driver.hpp"

namespace gerbil {

struct Engine::State {
  ModelInfo info;
  std::vector<std::string> warnings;
  ModelFiles files;
  SentencePipeline pipeline;                           // of a model that embeds
  Activation score_activation = Activation::identity;  // of one that classifies: what rerank() gives of a score
  std::shared_ptr<Profiler> profiler;                  // none without LoadOptions::profile
  std::unique_ptr<runtime::Driver> driver;             // last, as what it still runs refers to the rest

  bool encodes() const { return driver->options().whole_texts; }  // and does not generate
  bool classifies() const {
    return encodes() && (pipeline.head.kind == models::Head::Kind::classes || pipeline.scores);
  }
  // Throw Error{unsupported} when the model was loaded for something else; `wish` is what it was asked to do.
  void require_encoder(std::string_view wish) const;
  void require_generator() const;

  // Throws Error{unsupported} when the model came without a tokenizer.
  const tokenizer::Tokenizer& tokenizer() const;
  // Whether a text prompt goes through the chat template.
  bool uses_template(const Options& options) const { return files.chat_templates && !options.raw; }
  std::string render(const std::vector<Message>& messages, const Options& options) const;
  // Of a text whose task allows `max_tokens`, or what the model takes where that is 0.
  std::size_t text_limit(std::int32_t max_tokens) const;
  // Throws Error{invalid_argument} when text `number` (from 0) is longer than `limit`.
  TokenizedText fit(tokenizer::Encoding encoding, std::size_t number, std::size_t limit) const;
  // A text as the pipeline wants it. Throws as fit() does, unless it may be cut.
  TokenizedText tokenize(const std::string& text, std::size_t number, std::size_t limit, bool truncate) const;
  // The tokens that a prompt takes at the beginning of a text, where the pooling leaves them out; 0 otherwise.
  std::int32_t prompt_tokens(const std::string& prompt, std::size_t limit) const;
  // A row for each text; zeros for one without tokens.
  std::vector<float> encode(const std::vector<TokenizedText>& texts, std::int32_t task,
                            const Cancellation& cancellation,
                            const std::function<void(std::int64_t, std::int64_t)>& progress) const;
  std::vector<float> score_pairs(std::string_view query, const std::vector<std::string>& documents,
                                 const RerankOptions& options) const;
  std::vector<float> judge(std::string_view query, const std::vector<std::string>& documents,
                           const RerankOptions& options) const;
  Result generate(const Prompt& prompt, const Options& options) const;
  // A text as it is, or as the template writes a user's message.
  Prompt prompt(std::string_view text, const Options& options) const;
  Prompt prompt(const std::vector<Message>& messages, const Options& options) const;
  void submit(const Prompt& prompt, const Options& options, OnResult done) const;
};

// Throws Error{cancelled} when one of the outcomes is; `kind` is what they are of, for the message.
void check_cancellation(const std::vector<runtime::Outcome>& outcomes, std::string_view kind);

}  // namespace gerbil
