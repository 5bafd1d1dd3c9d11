// Which tokens may come while a model thinks, before a grammar begins.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "grammar/matcher.hpp"
#include "runtime/answer.hpp"

namespace gerbil {

// Of a model. May be used by several threads.
class ReasoningMasks {
 public:
  ReasoningMasks(std::shared_ptr<const grammar::Vocabulary> vocabulary, const runtime::ReasoningTags& tags);

  const grammar::Vocabulary& vocabulary() const { return *vocabulary_; }
  const runtime::ReasoningTags& tags() const { return tags_; }

  // What a token is in the text of an answer: special ones are nothing, but for tags.
  std::string text(std::int32_t token) const;

  // Those that go on with the opening tag behind `begun`, its beginning.
  grammar::Mask opening(const std::string& begun);
  // All but end tokens, and those with which something would stand behind the closing tag: more than white space, or
  // anything. `held` is what the thought ends with of that tag.
  grammar::Mask inside(const std::string& held, bool white_space_may_follow);
  // White space.
  grammar::Mask gap();

 private:
  grammar::Mask find(const std::string& key, const std::function<bool(std::int32_t, const std::string& text)>& fits);

  std::shared_ptr<const grammar::Vocabulary> vocabulary_;
  runtime::ReasoningTags tags_;
  std::mutex mutex_;
  std::map<std::string, grammar::Mask> known_;  // a few: beginnings of the tags
};

// How much of the end of `thought` may be the beginning of `tag`.
std::string_view beginning_at_the_end(std::string_view thought, std::string_view tag);
bool is_white_space(std::string_view text);

}  // namespace gerbil
