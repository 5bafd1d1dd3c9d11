// The body of /v1/chat/completions.
#pragma once

#include <string>
#include <vector>

#include "gerbil/json.hpp"
#include "server/parameters.hpp"

namespace gerbil::server {

struct ChatRequest {
  GenerateRequest generate;
  Choices choices;
  bool repeatable = false;           // the same request has the same answer again
  std::string answer_param;          // what says what the answer must be like
  std::vector<std::string> unknown;  // parameters that change nothing
};

// Throws ApiError 400, and what the codec throws.
ChatRequest read_chat_request(std::string_view body);

}  // namespace gerbil::server
