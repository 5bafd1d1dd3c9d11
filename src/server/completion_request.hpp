// The body of /v1/completions.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gerbil/json.hpp"
#include "server/parameters.hpp"

namespace gerbil::server {

using TextOrIds = std::variant<std::string, std::vector<std::int32_t>>;

struct CompletionRequest {
  std::string model;
  std::vector<TextOrIds> prompts;
  GenerateOptions options;
  Choices choices;
  bool echo = false;
  bool repeatable = false;   // the same request has the same answer again
  std::string answer_param;  // what says what the answer must be like
  std::vector<std::string> unknown;
};

// Throws ApiError 400, and what the codec throws.
CompletionRequest read_completion_request(std::string_view body);

// A text, a list of texts, token ids, or a list of lists of those; `most` of them. Throws ApiError 400.
std::vector<TextOrIds> read_texts(const std::string& name, const Json& value, std::size_t most);

}  // namespace gerbil::server
