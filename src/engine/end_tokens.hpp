// Which tokens end an answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace gerbil {

// "eos_token_id" of generation_config.json, which has the last word, else of config.json: one id or a list of them.
// What is no number is left out; texts and other values of a list are named in `warnings`, null is not. Reference:
// transformers 5.12, GenerationMixin._prepare_generation_config.
std::vector<std::int32_t> read_end_tokens(const Json& config, const Json& generation_config,
                                          std::vector<std::string>& warnings);

}  // namespace gerbil
