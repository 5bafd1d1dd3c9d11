// What models write around their reasoning, as far as their chat templates show it.
#pragma once

#include <string_view>

#include "runtime/answer.hpp"

namespace gerbil {

// Those that the text of a chat template has; <think> and </think> where it has none that are known.
runtime::ReasoningTags find_reasoning_tags(std::string_view chat_template);

// Whether a prompt ends by opening them: some templates do, so that the answer begins inside.
bool opens_reasoning(std::string_view prompt, const runtime::ReasoningTags& tags);
// Whether it ends by closing them: then there is nothing to think any more.
bool closes_reasoning(std::string_view prompt, const runtime::ReasoningTags& tags);

}  // namespace gerbil
