// The body of /v1/messages, as Anthropic's API has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gerbil/json.hpp"
#include "server/parameters.hpp"

namespace gerbil::server {

struct MessagesRequest {
  GenerateRequest generate;
  bool stream = false;
  bool repeatable = false;           // the same request has the same answer again
  std::vector<std::string> unknown;  // parameters that change nothing
};

// Throws ApiError 400, and what the codec throws. Where the tokens are only counted there need be no max_tokens.
MessagesRequest read_messages_request(std::string_view body, bool counts_only = false);

}  // namespace gerbil::server
