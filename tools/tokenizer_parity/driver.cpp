// Encodes and decodes what tools/tokenizer_parity/compare.py sends, for comparison with the reference.
// Usage: tokenizer_parity_driver TOKENIZER_JSON <frames >frames
// A frame is a 32-bit size and that many bytes, numbers as the machine has them. For each text that is read, three
// frames are written: the ids with special tokens added (32 bits each), decode() of all of them without and with
// special tokens. An error ends the program with its sentence on stderr.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "tokenizer/tokenizer.hpp"

namespace {

bool read_frame(std::string& text) {
  std::uint32_t size = 0;
  if (std::fread(&size, sizeof size, 1, stdin) != 1) return false;
  text.resize(size);
  return std::fread(text.data(), 1, size, stdin) == size;
}

void write_frame(const void* data, std::size_t size) {
  const auto header = static_cast<std::uint32_t>(size);
  std::fwrite(&header, sizeof header, 1, stdout);
  std::fwrite(data, 1, size, stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fputs("usage: tokenizer_parity_driver TOKENIZER_JSON <frames >frames\n", stderr);
    return 2;
  }
  const auto tokenizer = gerbil::tokenizer::Tokenizer::from_file(argv[1]);
  std::string text;
  while (read_frame(text)) {
    const auto ids = tokenizer.encode(text);
    write_frame(ids.data(), ids.size() * sizeof ids[0]);
    for (const bool skip_special : {true, false}) {
      const std::string decoded = tokenizer.decode(ids, skip_special);
      write_frame(decoded.data(), decoded.size());
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
