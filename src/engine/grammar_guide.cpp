#include "engine/grammar_guide.hpp"

#include <algorithm>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

grammar::Mask either(const grammar::Mask& a, const grammar::Mask& b) {
  const auto made = std::make_shared<grammar::MaskWords>(*a);
  std::ranges::transform(*made, *b, made->begin(), std::bit_or<>());
  return made;
}

}  // namespace

GrammarGuide::GrammarGuide(std::shared_ptr<ReasoningMasks> reasoning, grammar::Matcher answer, bool in_reasoning,
                           bool may_reason)
    : reasoning_(std::move(reasoning)),
      answer_(std::move(answer)),
      begins_with_space_(
          std::ranges::any_of(std::string_view(" \t\r\n"), [&](char c) { return answer_.reads({&c, 1}); })),
      part_(in_reasoning ? Part::reasoning
            : may_reason ? Part::opening
                         : Part::answer) {}

runtime::Guide::Mask GrammarGuide::allowed() {
  switch (part_) {
    case Part::opening:
      return fits_ ? either(answer_.mask(), reasoning_->opening(held_)) : reasoning_->opening(held_);
    case Part::reasoning:
      return reasoning_->inside(held_, !begins_with_space_);
    case Part::gap:
      return either(answer_.mask(), reasoning_->gap());
    case Part::answer:
      break;
  }
  return answer_.mask();
}

runtime::Guide::Mask GrammarGuide::mask() {
  Mask made = allowed();
  if (std::ranges::all_of(*made, [](std::uint32_t word) { return word == 0; })) {
    throw Error(ErrorCode::unsupported,
                "The vocabulary of the model has no token with which the answer could go on as the grammar wants it.");
  }
  return made;
}

bool GrammarGuide::accept(std::int32_t token) {
  const std::string text = reasoning_->text(token);
  switch (part_) {
    case Part::opening: {
      const std::string_view open = reasoning_->tags().open;
      const std::string now = held_ + text;
      if (now.starts_with(open)) {
        held_.clear();
        part_ = Part::reasoning;
        think(now.substr(open.size()));
        return false;
      }
      if (text.empty() || !open.starts_with(now)) {
        part_ = Part::answer;
        return answer(token);
      }
      held_ = now;
      fits_ = fits_ && answer_.accept(token);
      return fits_ && answer_.is_complete();
    }
    case Part::reasoning:
      think(text);
      return false;
    case Part::gap:
      if (!text.empty() && is_white_space(text)) {
        space_left_ -= std::min(space_left_, text.size());
        if (space_left_ == 0) part_ = Part::answer;
        return false;
      }
      part_ = Part::answer;
      return answer(token);
    case Part::answer:
      return answer(token);
  }
  return false;
}

void GrammarGuide::think(const std::string& text) {
  const std::string_view close = reasoning_->tags().close;
  const std::string now = held_ + text;
  if (now.contains(close)) {
    part_ = begins_with_space_ ? Part::answer : Part::gap;
    return;
  }
  held_ = beginning_at_the_end(now, close);
}

bool GrammarGuide::answer(std::int32_t token) {
  if (!answer_.accept(token)) {
    throw Error(ErrorCode::internal, "A token was chosen that the grammar does not have.");
  }
  return answer_.is_complete();
}

}  // namespace gerbil
