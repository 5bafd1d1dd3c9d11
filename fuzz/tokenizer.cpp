// Any bytes as a tokenizer.json, after a zero byte also as a tokenizer_config.json beside it and in place of the other
// side files, and then as a text for it and for a fixed tokenizer. Only gerbil::Error may come out.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "gerbil/error.hpp"
#include "tokenizer/side_files.hpp"
#include "tokenizer/tokenizer.hpp"

namespace {

using gerbil::Json;
using gerbil::tokenizer::Settings;
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

Settings settings_of(std::string_view text) {
  const Json json = gerbil::parse_json(text, "config");
  if (!json.is_object()) return {};
  return gerbil::tokenizer::read_side_files(gerbil::tokenizer::merged_config(json, json), json, json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  static const Tokenizer fixed = Tokenizer::from_json(small_tokenizer, "small");
  use(fixed, input);
  const std::size_t end = std::min(input.find('\0'), size);
  try {
    Settings settings;
    if (end < size) settings = settings_of(input.substr(end + 1));
    use(Tokenizer::from_json(small_tokenizer, "small", settings), input);
    use(Tokenizer::from_json(input.substr(0, end), "input", settings), input);
  } catch (const gerbil::Error&) {
  }
  return 0;
}
