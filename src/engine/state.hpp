// What an Engine handle points to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/model_files.hpp"
#include "engine/sentence_pipeline.hpp"
#include "gerbil/engine.hpp"
#include "runtime/encoder.hpp"
#include "runtime/scheduler.hpp"

namespace gerbil {

struct Engine::State {
  ModelInfo info;
  std::vector<std::string> warnings;
  ModelFiles files;
  std::unique_ptr<runtime::Scheduler> scheduler;       // of a model that generates
  std::unique_ptr<runtime::Encoder> encoder;           // of one that embeds or classifies
  SentencePipeline pipeline;                           // of one that embeds
  Activation score_activation = Activation::identity;  // of one that classifies: what rerank() gives of a score
  bool classifies() const { return encoder && (pipeline.head.kind == models::Head::Kind::classes || pipeline.scores); }

  // Throw Error{unsupported} when the model was loaded for something else; `wish` is what it was asked to do.
  const runtime::Encoder& require_encoder(std::string_view wish) const;
  runtime::Scheduler& require_scheduler() const;

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
  // in_reasoning: the prompt already opened the think tag.
  Result generate(std::vector<std::int32_t> prompt, const Options& options, bool in_reasoning) const;
};

}  // namespace gerbil
