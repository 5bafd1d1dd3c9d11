// Settings from a tokenizer_config.json.
#pragma once

#include <cstddef>

#include "base/json.hpp"
#include "tokenizer/settings.hpp"
#include "tokenizer/tokenizer_class.hpp"

namespace gerbil::tokenizer {

// `config` is an object, with what other files add to it: merged_config() of side_files.hpp.
// Throws Error{corrupt} naming the key and the value for one of the wrong type.
Settings read_settings(const Json& config, const TokenizerClass& tokenizer_class);

// Names are looked up one after the other, so there is a bound. Throws Error{corrupt} for more.
void check_named_count(std::size_t count);

}  // namespace gerbil::tokenizer
