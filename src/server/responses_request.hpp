// The body of /v1/responses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gerbil/json.hpp"
#include "server/parameters.hpp"
#include "server/response_store.hpp"

namespace gerbil::server {

struct ResponsesRequest {
  GenerateRequest generate;  // without what comes before the input
  std::string instructions;
  std::string previous;  // the id of the response that it goes on from; empty: none
  bool store = true;
  bool stream = false;
  bool repeatable = false;   // the same request has the same answer again
  SharedText items;          // JSON: the input
  SharedText messages;       // JSON: those of `generate`
  std::string answer_param;  // what says what the answer must be like
  Json echo;                 // what the response says of the request
  std::vector<std::string> unknown;
};

// Throws ApiError 400, and what the codec throws.
ResponsesRequest read_responses_request(std::string_view body);

}  // namespace gerbil::server
