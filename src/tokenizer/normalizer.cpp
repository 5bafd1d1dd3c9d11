#include "tokenizer/normalizer.hpp"

#include <algorithm>

#include "tokenizer/byte_level.hpp"
#include "tokenizer/errors.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

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
  std::string operator()(BytesToCharacters) const { return bytes_to_characters(text); }
};

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
  } else if (type == "ByteLevel") {
    steps.emplace_back(BytesToCharacters{});
  } else {
    unsupported(
        "The normalizer \"" + type +
        "\" is not supported; supported are NFC, NFD, NFKC, NFKD, Lowercase, Replace, Prepend, Strip, ByteLevel "
        "and Sequence.");
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

std::string Normalizer::apply(std::string_view text) const {
  std::string result(text);
  for (const NormalizerStep& step : steps) result = std::visit(Apply{result}, step);
  return result;
}

bool Normalizer::keeps_start(std::string_view text) const {
  const auto strips = [](const NormalizerStep& step) {
    const auto* strip = std::get_if<StripWhitespace>(&step);
    return strip && strip->left;
  };
  return std::ranges::none_of(steps, strips) || without_leading_whitespace(text).size() == text.size();
}

Normalizer read_normalizer(const Json& json) {
  Normalizer normalizer;
  if (!json.is_null()) read_into(json, normalizer.steps);
  return normalizer;
}

}  // namespace gerbil::tokenizer
