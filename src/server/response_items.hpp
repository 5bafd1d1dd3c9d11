// What /v1/responses is given as `input`, as messages.
#pragma once

#include "server/json.hpp"

namespace gerbil::server {

// A text, or items: messages, calls and their outputs, reasoning. What an assistant has thought, said and called, one
// item behind the other, is one message of the codec's. Throws ApiError 400.
Json messages_of_items(const Json& input);

// The same as a list of items, as they are shown again.
Json listed_items(const Json& input);

}  // namespace gerbil::server
