// Base64, strictly (RFC 4648, section 4): the standard alphabet, padded, without line breaks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gerbil::tokenizer {

// The bytes that `text` stands for; empty when it is not Base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace gerbil::tokenizer
