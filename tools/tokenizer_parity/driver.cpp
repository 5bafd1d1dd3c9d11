// Encodes and decodes what tools/tokenizer_parity/compare.py sends, for comparison with the reference.
// Usage: tokenizer_parity_driver TOKENIZER_JSON <frames >frames
// Three frames (tools/parity/frames.hpp) are read at a time, numbers in them as the machine has them, of 32 bits: a
// text, a second one, and the largest length of an encoding, all bits set for none. Seven are written: the ids of the
// text with special tokens added, decode() of all of them without and with special tokens; then, with that length, ids
// and type ids of the text and of the pair. An error ends the program with its sentence on stderr.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "frames.hpp"
#include "tokenizer/tokenizer.hpp"

namespace {

using gerbil::parity::read_frame;
using gerbil::parity::write_frame;

void write_numbers(const std::vector<std::int32_t>& numbers) {
  write_frame({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof numbers[0]});
}

gerbil::tokenizer::EncodeOptions options_of(const std::string& frame) {
  std::uint32_t limit = 0;
  if (frame.size() != sizeof limit) throw std::invalid_argument("The third frame should be a length.");
  std::memcpy(&limit, frame.data(), sizeof limit);
  if (limit == ~std::uint32_t{0}) return {};
  return {.max_tokens = limit};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fputs("usage: tokenizer_parity_driver TOKENIZER_JSON <frames >frames\n", stderr);
    return 2;
  }
  const auto tokenizer = gerbil::tokenizer::Tokenizer::from_file(argv[1]);
  std::string text, second, limit;
  while (read_frame(text) && read_frame(second) && read_frame(limit)) {
    const auto ids = tokenizer.encode(text);
    write_numbers(ids);
    for (const bool skip_special : {true, false}) {
      write_frame(tokenizer.decode(ids, skip_special));
    }
    const auto options = options_of(limit);
    for (const auto& encoding :
         {tokenizer.encode_single(text, options), tokenizer.encode_pair(text, second, options)}) {
      write_numbers(encoding.ids);
      write_numbers(encoding.type_ids);
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
