#include "engine/reasoning_tags.hpp"

#include <array>

namespace gerbil {
namespace {

using runtime::ReasoningTags;

// Besides the common ones. Sources: the chat templates of Gemma 4, Ministral 3 and Seed-OSS.
constexpr std::array known{ReasoningTags{"<|channel>thought\n", "<channel|>"}, ReasoningTags{"[THINK]", "[/THINK]"},
                           ReasoningTags{"<seed:think>", "</seed:think>"}};

std::string_view without_space_at_the_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \n\r\t") + 1);
}

}  // namespace

ReasoningTags find_reasoning_tags(std::string_view chat_template) {
  for (const ReasoningTags& tags : known) {
    // In a template a line feed may be written as an escape.
    if (chat_template.contains(without_space_at_the_end(tags.open)) && chat_template.contains(tags.close)) return tags;
  }
  return {};
}

bool opens_reasoning(std::string_view prompt, const ReasoningTags& tags) {
  return without_space_at_the_end(prompt).ends_with(without_space_at_the_end(tags.open));
}

bool closes_reasoning(std::string_view prompt, const ReasoningTags& tags) {
  return without_space_at_the_end(prompt).ends_with(tags.close);
}

}  // namespace gerbil
