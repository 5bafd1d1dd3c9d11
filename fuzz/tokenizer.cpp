// Any bytes as a tokenizer.json, and then as a text for it and for a fixed tokenizer. Only gerbil::Error may come out.
#include <cstdint>
#include <string_view>

#include "gerbil/error.hpp"
#include "tokenizer/tokenizer.hpp"

namespace {

using gerbil::tokenizer::Tokenizer;

constexpr std::string_view small_tokenizer = R"({
  "added_tokens": [{"id": 5, "content": "<s>", "special": true, "lstrip": true}],
  "normalizer": {"type": "NFKC"},
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {"Regex": "\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated"},
    {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
  "decoder": {"type": "ByteLevel"},
  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ã": 4}, "merges": ["a b"]}})";

void use(const Tokenizer& tokenizer, std::string_view text) {
  const auto ids = tokenizer.encode(text);
  tokenizer.decode(ids, false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  static const Tokenizer fixed = Tokenizer::from_json(small_tokenizer, "small");
  use(fixed, input);
  try {
    use(Tokenizer::from_json(input, "input"), input);
  } catch (const gerbil::Error&) {
  }
  return 0;
}
