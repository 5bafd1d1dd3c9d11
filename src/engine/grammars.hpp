// The grammars of a model: its vocabulary as bytes, and what was compiled for it of late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "calls/format.hpp"
#include "engine/grammar_guide.hpp"
#include "engine/model_files.hpp"
#include "gerbil/grammar.hpp"
#include "gerbil/message.hpp"

namespace gerbil {

// That an answer calls tools, and nothing else.
struct RequiredCalls {
  const calls::ToolCallFormat* format = nullptr;
  std::string tools;  // as in TemplateOptions
  ToolChoice choice;  // required or named
  friend bool operator==(const RequiredCalls&, const RequiredCalls&) = default;
};

// What an answer has to be.
using Demand = std::variant<Grammar, RequiredCalls>;

// May be used by several threads.
class Grammars {
 public:
  // Of a model with a tokenizer and so many rows of logits.
  Grammars(const ModelFiles& files, std::int32_t vocabulary);

  // Of an answer to `demand`, which is set; see GrammarGuide. Takes time, which is bounded; `check` is called
  // now and then, and what it throws ends it. Throws Error{invalid_argument|unsupported} for a grammar that is
  // malformed, too costly, or cannot be kept.
  std::shared_ptr<GrammarGuide> guide(const Demand& demand, bool in_reasoning, bool may_reason,
                                      const std::function<void()>& check);

 private:
  void read_vocabulary();
  std::shared_ptr<grammar::Constraint> compile(const Demand& demand, const std::function<void()>& check);
  std::shared_ptr<grammar::Constraint> find(const Demand& demand);
  void keep(const Demand& demand, const std::shared_ptr<grammar::Constraint>& constraint);

  tokenizer::Tokenizer tokenizer_;
  std::int32_t size_;
  std::vector<std::int32_t> end_tokens_;
  runtime::ReasoningTags tags_;

  std::once_flag once_;  // for the first who asks
  std::shared_ptr<const grammar::Vocabulary> vocabulary_;
  std::shared_ptr<ReasoningMasks> reasoning_;

  struct Kept {
    Demand demand;
    std::shared_ptr<grammar::Constraint> constraint;
  };
  std::mutex mutex_;      // guards what follows
  std::list<Kept> kept_;  // the latest first
};

}  // namespace gerbil
