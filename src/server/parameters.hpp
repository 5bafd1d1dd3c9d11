// What requests for generated texts have in common: OpenAI's names, and those of other servers for the same, to what
// the codec reads.
#pragma once

#include <string>

#include "gerbil/json.hpp"
#include "server/json.hpp"

namespace gerbil::server {

struct Choices {
  std::int32_t count = 1;  // n
  bool stream = false;
  bool include_usage = false;  // in a stream
  bool ignore_end = false;     // ignore_eos: end tokens are tokens like any other
};

// Throws ApiError 400 for values that are out of range or contradict each other, as the next does.
Choices read_choices(Parameters& parameters);

// The options, read by the codec. `more` holds what it is to read beside them: "messages" or "prompt".
GenerateRequest read_generation(Parameters& parameters, Json more);

// Which parameter says what the answer must be like; empty: none of those that read_generation() reads.
std::string answer_parameter(Parameters& parameters, const GenerateOptions& options);

// Where the request names no seed it is another one each time. Whether the same request has the same answer again.
bool settle_seed(Parameters& parameters, GenerateOptions& options);

// How much a model is to think, of what is known: "none", or what its template makes of it. Empty: nothing is said.
void set_effort(const std::string& effort, Json& request);

// Messages as clients send them: parts and calls with fields that only others know, roles by other names.
Json plain_messages(const Json& messages);

}  // namespace gerbil::server
