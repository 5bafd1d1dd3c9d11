// What encode() puts before and after the tokens of a text.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/json.hpp"

namespace gerbil::tokenizer {

struct PostProcessor {
  // The output, in order: special ids, and the tokens of the text where there is no value.
  std::vector<std::optional<std::int32_t>> pieces = {std::nullopt};
};

// Reads "post_processor" (null for none). Throws Error{corrupt|unsupported} naming the component.
PostProcessor read_post_processor(const Json& json);

// Special ids are left out without add_special.
std::vector<std::int32_t> post_process(const PostProcessor& processor, std::vector<std::int32_t> ids, bool add_special);

}  // namespace gerbil::tokenizer
