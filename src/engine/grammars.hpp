// The grammars of a model: its vocabulary as bytes, and what was compiled for it of late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/grammar_guide.hpp"
#include "engine/model_files.hpp"
#include "gerbil/grammar.hpp"

namespace gerbil {

// May be used by several threads.
class Grammars {
 public:
  // Of a model with a tokenizer and so many rows of logits.
  Grammars(const ModelFiles& files, std::int32_t vocabulary);

  // Of an answer under `grammar`, which is set; see GrammarGuide. Takes time, which is bounded; `cancelled` is asked
  // now and then, and ends it with Error{cancelled}. Throws Error{invalid_argument|unsupported} for a grammar that is
  // malformed, too costly, or cannot be kept.
  std::shared_ptr<GrammarGuide> guide(const Grammar& grammar, bool in_reasoning, bool may_reason,
                                      const std::function<bool()>& cancelled);

 private:
  void read_vocabulary();
  std::shared_ptr<grammar::Constraint> compile(const Grammar& grammar, const std::function<bool()>& cancelled);
  std::shared_ptr<grammar::Constraint> find(const Grammar& grammar);
  void keep(const Grammar& grammar, const std::shared_ptr<grammar::Constraint>& constraint);

  tokenizer::Tokenizer tokenizer_;
  std::int32_t size_;
  std::vector<std::int32_t> end_tokens_;
  runtime::ReasoningTags tags_;

  std::once_flag once_;  // for the first who asks
  std::shared_ptr<const grammar::Vocabulary> vocabulary_;
  std::shared_ptr<ReasoningMasks> reasoning_;

  struct Kept {
    Grammar grammar;
    std::shared_ptr<grammar::Constraint> constraint;
  };
  std::mutex mutex_;      // guards what follows
  std::list<Kept> kept_;  // the latest first
};

}  // namespace gerbil
