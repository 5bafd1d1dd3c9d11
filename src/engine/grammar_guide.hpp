// An answer that has to fit a grammar, once the model has thought.
#pragma once

#include <memory>
#include <string>

#include "engine/reasoning_masks.hpp"
#include "runtime/guide.hpp"

namespace gerbil {

class GrammarGuide final : public runtime::Guide {
 public:
  // How the prompt ends decides what may come before the grammar.
  GrammarGuide(std::shared_ptr<ReasoningMasks> reasoning, grammar::Matcher answer, bool in_reasoning, bool may_reason);

  // Throws Error{unsupported} when the vocabulary has no token with which the answer could go on, and what
  // Matcher::mask throws.
  Mask mask() override;
  bool accept(std::int32_t token) override;
  std::shared_ptr<runtime::Guide> fork() const override { return std::make_shared<GrammarGuide>(*this); }

  const std::shared_ptr<ReasoningMasks>& reasoning() const { return reasoning_; }
  // Whether white space behind the thoughts is of the answer.
  bool begins_with_space() const { return begins_with_space_; }

 private:
  enum class Part { opening, reasoning, gap, answer };

  Mask allowed();
  void think(const std::string& text);
  bool answer(std::int32_t token);

  std::shared_ptr<ReasoningMasks> reasoning_;
  grammar::Matcher answer_;
  bool begins_with_space_;
  Part part_;
  std::string held_;            // what there is of a tag
  bool fits_ = true;            // and what there is of the opening one may also be the answer
  std::size_t space_left_ = 8;  // bytes of white space between the thoughts and the answer
};

}  // namespace gerbil
