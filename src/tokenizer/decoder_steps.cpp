#include "tokenizer/decoder_steps.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "tokenizer/byte_level.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

// The replacements of `decoders::wordpiece` of the reference, in its order.
std::string clean_up(std::string token) {
  constexpr std::pair<std::string_view, std::string_view> replacements[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [found, replacement] : replacements) {
    if (token.contains(found)) token = replace_all(token, found, replacement);
  }
  return token;
}

// What each step makes of a token in the middle of a text, and whether it made one token of all.
struct Middle {
  std::string token;
  bool fused = false;

  void operator()(const MetaspaceToSpace& step) { token = replace_all(token, step.replacement, " "); }
  void operator()(const StripCharacter& step) {
    if (!fused) token = strip(step, token);
  }
  void operator()(const ReplaceInToken& step) {
    token = replace_all(token, step.replace.pattern, step.replace.content);
  }
  void operator()(JoinWithSpaces) { token.insert(0, " "); }
  void operator()(const JoinWordPieces& step) { token = join(step, std::move(token), fused); }
  void operator()(ByteFallbackToText) {
    if (const auto byte = fallback_byte(token)) token.assign(1, *byte);
  }
  void operator()(BytesToText) {
    token = characters_to_bytes(token).value_or(token);
    fused = true;
  }
  void operator()(FuseTokens) { fused = true; }
  void operator()(const SuffixToSpace& step) { token = replace_all(token, step.suffix, " "); }
};

}  // namespace

std::string strip(const StripCharacter& step, std::string_view token) {
  for (std::size_t i = 0; i < step.start && token.starts_with(step.character); ++i) {
    token.remove_prefix(step.character.size());
  }
  for (std::size_t i = 0; i < step.stop && token.ends_with(step.character); ++i) {
    token.remove_suffix(step.character.size());
  }
  return std::string(token);
}

std::optional<char> fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  std::uint8_t value = 0;
  const char* digits = token.data() + 3;
  if (*digits == '+') ++digits;  // Rust's number parser takes a sign
  const auto [end, error] = std::from_chars(digits, token.data() + 5, value, 16);
  if (error != std::errc() || end != token.data() + 5) return std::nullopt;
  return static_cast<char>(value);
}

std::string join(const JoinWordPieces& step, std::string token, bool first) {
  if (!first) {
    if (token.starts_with(step.prefix)) {
      token.erase(0, step.prefix.size());
    } else {
      token.insert(0, " ");
    }
  }
  return step.cleanup ? clean_up(std::move(token)) : token;
}

std::string bytes_in_a_text(const Decoder& decoder, std::string token) {
  Middle middle{std::move(token)};
  for (const DecoderStep& step : decoder.steps) std::visit(middle, step);
  return std::move(middle.token);
}

}  // namespace gerbil::tokenizer
