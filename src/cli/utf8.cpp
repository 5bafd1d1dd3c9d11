#include "utf8.hpp"

#include <utf8proc.h>

#include <format>

namespace gerbil::cli {

std::string not_utf8(const std::string& text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t character = 0;
    const auto size = utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    if (size <= 0) return std::format("byte 0x{:02X} at offset {} is not UTF-8", bytes[at], at);
    at += static_cast<std::size_t>(size);
  }
  return {};
}

}  // namespace gerbil::cli
