#include "runtime/answer.hpp"

#include <algorithm>
#include <utility>

namespace gerbil::runtime {
namespace {

constexpr std::string_view white_space = " \t\r\n";

// How much of the end of `text` may be the beginning of `pattern`.
std::size_t partial_match(std::string_view text, std::string_view pattern) {
  for (std::size_t size = std::min(text.size(), pattern.size() - 1); size > 0; --size) {
    if (text.ends_with(pattern.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

AnswerText::AnswerText(std::vector<std::string> stop, const ReasoningTags& tags, const Opening& opening, OnText on_text)
    : stop_(std::move(stop)),
      tags_(tags),
      on_text_(std::move(on_text)),
      keeps_space_(opening.keeps_space),
      exact_(opening.exact),
      part_(opening.reasoning ? Part::reasoning
            : opening.tags    ? Part::start
                              : Part::text) {
  std::erase(stop_, "");
}

bool AnswerText::push(std::string_view text) {
  if (stopped()) return false;
  held_ += text;
  while (advance(false)) {
  }
  return !stopped();
}

void AnswerText::finish() {
  if (stopped()) return;
  while (advance(true)) {
  }
}

void AnswerText::emit(std::size_t count) {
  if (count == 0) return;
  const bool reasoning = part_ == Part::reasoning;
  const std::string piece = held_.substr(0, count);
  held_.erase(0, count);
  (reasoning ? reasoning_ : text_) += piece;
  if (on_text_) on_text_(piece, reasoning);
}

// Consumes what it can of held_; true when the part changed and there may be more to do.
bool AnswerText::advance(bool final) {
  switch (part_) {
    case Part::start: {
      const std::size_t begin = exact_ ? 0 : held_.find_first_not_of(white_space);
      const std::string_view rest =
          begin == std::string::npos ? std::string_view() : std::string_view(held_).substr(begin);
      if (rest.starts_with(tags_.open)) {
        held_.erase(0, begin + tags_.open.size());
        part_ = Part::reasoning;
        return true;
      }
      if (!final && tags_.open.starts_with(rest)) return false;  // white space, or part of a tag
      part_ = Part::text;
      return true;
    }
    case Part::reasoning: {
      const std::size_t end = held_.find(tags_.close);
      if (end != std::string::npos) {
        emit(end);
        held_.erase(0, tags_.close.size());
        part_ = keeps_space_ ? Part::text : Part::gap;
        return true;
      }
      emit(held_.size() - (final ? 0 : partial_match(held_, tags_.close)));
      return false;
    }
    case Part::gap: {
      const std::size_t begin = held_.find_first_not_of(white_space);
      held_.erase(0, std::min(begin, held_.size()));
      if (held_.empty()) return false;
      part_ = Part::text;
      return true;
    }
    case Part::text: {
      std::size_t first = std::string::npos;
      std::size_t held_back = 0;
      for (const std::string& stop : stop_) {
        if (const std::size_t place = held_.find(stop); place < first) {
          first = place;
          found_ = stop;
        }
        if (!final) held_back = std::max(held_back, partial_match(held_, stop));
      }
      emit(stopped() ? first : held_.size() - held_back);
      if (stopped()) held_.clear();
      return false;
    }
  }
  return false;
}

}  // namespace gerbil::runtime
