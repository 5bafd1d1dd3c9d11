#include "tokenizer/normalizer.hpp"

#include <optional>

#include "tokenizer/base64.hpp"
#include "tokenizer/byte_level.hpp"
#include "tokenizer/character_class.hpp"
#include "tokenizer/errors.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

// The characters that `normalizers::Nmt` of the reference names, after SentencePiece's rules of that name.
std::optional<char32_t> nmt(char32_t c) {
  if ((c >= 0x1 && c <= 0x8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f || c == 0x9f) {
    return std::nullopt;
  }
  const bool space = c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1680 || (c >= 0x200b && c <= 0x200f) ||
                     c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xfeff || c == 0xfffd;
  return space ? U' ' : c;
}

struct Apply {
  std::string_view text;

  std::string operator()(NormalForm form) const { return normalize(text, form); }
  std::string operator()(Lowercase) const { return lowercase(text); }
  std::string operator()(const ReplaceMatches& step) const { return replace_all(text, step.pattern, step.content); }
  std::string operator()(const ReplaceLiteral& step) const { return replace_all(text, step.literal, step.content); }
  std::string operator()(const PrependText& step) const {
    return text.empty() ? std::string() : step.text + std::string(text);
  }
  std::string operator()(StripWhitespace step) const {
    std::string_view rest = text;
    if (step.left) rest = without_leading_whitespace(rest);
    if (step.right) rest = without_trailing_whitespace(rest);
    return std::string(rest);
  }
  std::string operator()(StripAccents) const {
    return map_characters([](char32_t c) { return is_combining_mark(c) ? std::nullopt : std::optional(c); });
  }
  std::string operator()(Nmt) const { return map_characters(nmt); }
  std::string operator()(BytesToCharacters) const { return bytes_to_characters(text); }
  std::string operator()(const BertNormalizer& bert) const { return normalize(text, bert); }
  std::string operator()(const std::shared_ptr<const CharacterMap>& map) const { return tokenizer::apply(*map, text); }

  // Without the characters that `mapped` has nothing for.
  template <typename Mapped>
  std::string map_characters(Mapped&& mapped) const {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const Utf8Unit unit = utf8_unit(text, at);
      if (const std::optional<char32_t> c = mapped(unit.code_point)) append_utf8(result, *c);
      at += unit.size;
    }
    return result;
  }
};

// Whether the first character of `text` is taken out. Steps that only replace characters leave the start where it is.
bool removes_start(const NormalizerStep& step, std::string_view text) {
  if (text.empty()) return false;
  const std::string_view first = text.substr(0, utf8_unit(text, 0).size);
  if (const auto* strip = std::get_if<StripWhitespace>(&step)) {
    return strip->left && without_leading_whitespace(first).empty();
  }
  const bool takes_out = std::holds_alternative<StripAccents>(step) || std::holds_alternative<Nmt>(step) ||
                         std::holds_alternative<BertNormalizer>(step);
  return takes_out && std::visit(Apply{first}, step).empty();
}

void read_into(const Json& json, std::vector<NormalizerStep>& steps) {
  const auto type = json_required<std::string>(json, "type");
  if (type == "Sequence") {
    for (const Json& step : members_of(json, "normalizers")) read_into(step, steps);
  } else if (type == "NFC") {
    steps.emplace_back(NormalForm::nfc);
  } else if (type == "NFD") {
    steps.emplace_back(NormalForm::nfd);
  } else if (type == "NFKC") {
    steps.emplace_back(NormalForm::nfkc);
  } else if (type == "NFKD") {
    steps.emplace_back(NormalForm::nfkd);
  } else if (type == "Lowercase") {
    steps.emplace_back(Lowercase{});
  } else if (type == "Replace") {
    Pattern pattern = read_pattern(json, type);
    auto content = json_required<std::string>(json, "content");
    if (!pattern.is_regex && !pattern.text.empty()) {
      steps.emplace_back(ReplaceLiteral{std::move(pattern.text), std::move(content)});
    } else {
      steps.emplace_back(ReplaceMatches{Regex(pattern.text), std::move(content)});
    }
  } else if (type == "Prepend") {
    steps.emplace_back(PrependText{json_required<std::string>(json, "prepend")});
  } else if (type == "Strip") {
    steps.emplace_back(StripWhitespace{json_value(json, "strip_left", true), json_value(json, "strip_right", true)});
  } else if (type == "StripAccents") {
    steps.emplace_back(StripAccents{});
  } else if (type == "Nmt") {
    steps.emplace_back(Nmt{});
  } else if (type == "ByteLevel") {
    steps.emplace_back(BytesToCharacters{});
  } else if (type == "BertNormalizer") {
    steps.emplace_back(read_bert_normalizer(json));
  } else if (type == "Precompiled") {
    const auto data = decode_base64(json_required<std::string>(json, "precompiled_charsmap"));
    if (!data) corrupt("The precompiled_charsmap of a Precompiled normalizer is not Base64.");
    steps.emplace_back(std::make_shared<const CharacterMap>(read_character_map(*data)));
  } else {
    unsupported(
        "The normalizer \"" + type +
        "\" is not supported; supported are NFC, NFD, NFKC, NFKD, Lowercase, Replace, Prepend, Strip, StripAccents, "
        "Nmt, ByteLevel, BertNormalizer, Precompiled and Sequence.");
  }
}

}  // namespace

std::string replace_all(std::string_view text, const Regex& pattern, std::string_view content) {
  std::vector<Span> matches;
  pattern.find_all(text, matches);
  std::string result;
  std::size_t done = 0;
  for (const Span& match : matches) {
    result += text.substr(done, match.begin - done);
    result += content;
    done = match.end;
  }
  result += text.substr(done);
  return result;
}

std::string replace_all(std::string_view text, std::string_view literal, std::string_view content) {
  std::string result;
  result.reserve(text.size());
  std::size_t done = 0;
  for (std::size_t at; (at = text.find(literal, done)) != std::string_view::npos; done = at + literal.size()) {
    result += text.substr(done, at - done);
    result += content;
  }
  result += text.substr(done);
  return result;
}

std::string Normalizer::apply(std::string_view text, bool* keeps_start) const {
  if (keeps_start) *keeps_start = true;
  std::string result(text);
  for (const NormalizerStep& step : steps) {
    if (keeps_start && removes_start(step, result)) *keeps_start = false;
    result = std::visit(Apply{result}, step);
  }
  return result;
}

Normalizer read_normalizer(const Json& json) {
  Normalizer normalizer;
  if (!json.is_null()) read_into(json, normalizer.steps);
  return normalizer;
}

}  // namespace gerbil::tokenizer
