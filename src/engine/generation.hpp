// One answer while it is made: from what was asked, token by token, to the result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calls/parser.hpp"
#include "engine/grammar_guide.hpp"
#include "engine/model_files.hpp"
#include "gerbil/generator.hpp"
#include "runtime/answer.hpp"
#include "runtime/request.hpp"

namespace gerbil {

struct Prompt {
  std::vector<std::int32_t> tokens;
  bool in_reasoning = false;                           // it already opened the tags of reasoning
  bool may_reason = false;                             // else the model may open them
  const calls::ToolCallFormat* call_format = nullptr;  // where it tells of tools, and a format is known
  std::size_t earlier_calls = 0;                       // that the conversation has
};

class Generation {
 public:
  // Throws Error{invalid_argument} for options out of range. The files must outlive it. `guide`: none without a
  // grammar.
  Generation(const ModelFiles& files, std::int32_t vocabulary, const Prompt& prompt, const GenerateOptions& options,
             bool ignore_end, std::shared_ptr<GrammarGuide> guide);

  const runtime::Request& request() const { return request_; }
  // Takes what happens before the end; false once a stop sequence has been found.
  bool take(const runtime::Event& event);
  GenerateResult finish(const runtime::Outcome& outcome);

 private:
  bool push(std::int32_t token);
  bool is_written(std::string_view special) const;
  std::string stop_sequence(const runtime::Outcome& outcome) const;
  std::string text_of(std::int32_t token);
  std::string rest_of_text();

  const tokenizer::Tokenizer* tokenizer_;  // null: ids only
  runtime::Request request_;
  std::vector<std::int32_t> end_tokens_;
  std::optional<tokenizer::Detokenizer> detokenizer_;
  std::shared_ptr<ReasoningMasks> spelled_;  // what a grammar takes the tokens for; none without
  std::string held_;                         // of these bytes: a character that is not complete
  runtime::ReasoningTags reasoning_tags_;
  std::function<void(std::string_view, bool)> on_text_;
  std::function<void(const TokenReport&)> on_token_;
  const calls::ToolCallFormat* call_format_;  // null: calls are text
  std::optional<calls::ToolCallParser> calls_;
  runtime::AnswerText answer_;
  std::vector<std::string> stops_;
  std::vector<TokenReport> log_probabilities_;
  std::int32_t reasoning_tokens_ = 0;
};

}  // namespace gerbil
