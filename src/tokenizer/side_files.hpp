// tokenizer_config.json and what other files beside tokenizer.json add to it. All arguments are objects, empty ones for
// files that do not exist.
#pragma once

#include "base/json.hpp"
#include "tokenizer/settings.hpp"

namespace gerbil::tokenizer {

// tokenizer_config.json with the members of special_tokens_map.json in place of its own, but only when it has no
// "added_tokens_decoder": newer files hold everything. "additional_special_tokens" becomes "extra_special_tokens".
Json merged_config(Json tokenizer_config, const Json& special_tokens_map);

// `config` is a merged_config(), `added_tokens` added_tokens.json (text -> id), which does not count beside an
// "added_tokens_decoder" either, and `model_config` config.json. Throws Error{corrupt} as read_settings().
Settings read_side_files(const Json& config, const Json& added_tokens, const Json& model_config);

}  // namespace gerbil::tokenizer
