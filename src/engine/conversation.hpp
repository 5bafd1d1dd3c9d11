// A conversation as chat templates see it.
#pragma once

#include <vector>

#include "base/json.hpp"
#include "gerbil/message.hpp"

namespace gerbil {

// The dictionaries that transformers' apply_chat_template would be given: "content" a text where it is one part and a
// list of parts otherwise, "reasoning_content", "tool_calls" with arguments as dictionaries, "tool_call_id" and "name";
// what a message does not have is absent. Throws Error{corrupt} for arguments of a call that are not JSON, and
// Error{invalid_argument} for those that are no object.
Json template_messages(const std::vector<Message>& messages);

}  // namespace gerbil
