// RFC 4648, 4: as OpenAI's API sends vectors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gerbil::server {

std::string base64(std::string_view bytes);
// The numbers in 32 bits each, the lowest byte first.
std::string base64(const std::vector<float>& values);

}  // namespace gerbil::server
