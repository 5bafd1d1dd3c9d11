// What the drivers of tools/template_parity and tools/tokenizer_parity read and write: frames, each a 32-bit size, as
// the machine has it, and that many bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace gerbil::parity {

// False at the end of the input.
inline bool read_frame(std::string& text) {
  std::uint32_t size = 0;
  if (std::fread(&size, sizeof size, 1, stdin) != 1) return false;
  text.resize(size);
  return std::fread(text.data(), 1, size, stdin) == size;
}

inline void write_frame(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::fwrite(&size, sizeof size, 1, stdout);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace gerbil::parity
