#include "text_input.hpp"

#include <utf8proc.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <format>
#include <memory>

#include "gerbil/error.hpp"

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

std::string file_name(const std::string& path) { return path == "-" ? "stdin" : "'" + path + "'"; }

std::string read_text(const std::string& path) {
  const bool piped = path == "-";
  const std::string name = piped ? file_name(path) : "the file " + file_name(path);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(piped ? nullptr : std::fopen(path.c_str(), "rb"),
                                                               std::fclose);
  std::FILE* file = piped ? stdin : opened.get();
  std::string text;
  if (file != nullptr) {
    std::array<char, 1 << 16> piece{};
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), file)) text.append(piece.data(), count);
  }
  if (file == nullptr || std::ferror(file) != 0)
    throw Error(ErrorCode::not_found, std::format("{} cannot be read: {}.", name, std::strerror(errno)));
  if (const std::string problem = not_utf8(text); !problem.empty())
    throw Error(ErrorCode::invalid_argument, std::format("{} is not text: {}.", name, problem));
  return text;
}

std::string without_final_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace gerbil::cli
