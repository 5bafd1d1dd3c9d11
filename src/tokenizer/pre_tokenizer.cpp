#include "tokenizer/pre_tokenizer.hpp"

#include "tokenizer/byte_level.hpp"
#include "tokenizer/character_class.hpp"
#include "tokenizer/errors.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/regex_syntax.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

// The words of GPT-2, from openai/gpt-2, src/encoder.py.
constexpr const char* gpt2_words = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
// Rust's \w has the two joiners besides.
constexpr const char* rust_words = R"([\w\u200C\u200D]+|[^\w\u200C\u200D\s]+)";
// The reference takes punctuation from the crate unicode_categories, whose tables end with Unicode 8: younger
// punctuation is none, and two characters that have changed their category since still are.
constexpr const char* punctuation =
    R"([[\p{P}!-/:-@\[-`{-~\x{166D}\x{111C9}]&&[^)"
    R"(\x{061D}\x{09FD}\x{0A76}\x{0C77}\x{0C84}\x{1B4E}-\x{1B4F}\x{1B7D}-\x{1B7F}\x{2E43}-\x{2E4F})"
    R"(\x{2E52}-\x{2E5D}\x{10D6E}\x{10EAD}\x{10F55}-\x{10F59}\x{10F86}-\x{10F89}\x{113D4}-\x{113D5})"
    R"(\x{113D7}-\x{113D8}\x{1144B}-\x{1144F}\x{1145A}-\x{1145B}\x{1145D}\x{11660}-\x{1166C}\x{116B9})"
    R"(\x{1183B}\x{11944}-\x{11946}\x{119E2}\x{11A3F}-\x{11A46}\x{11A9A}-\x{11A9C}\x{11A9E}-\x{11AA2})"
    R"(\x{11B00}-\x{11B09}\x{11BE1}\x{11C41}-\x{11C45}\x{11C70}-\x{11C71}\x{11EF7}-\x{11EF8})"
    R"(\x{11F43}-\x{11F4F}\x{11FFF}\x{12FF1}-\x{12FF2}\x{16D6D}-\x{16D6F}\x{16E97}-\x{16E9A}\x{16FE2})"
    R"(\x{1E5FF}\x{1E95E}-\x{1E95F})"
    "]]";

// Characters without a script stay with what stands before them; those at the beginning of the text belong to no word,
// as in the reference.
void script_words(std::string_view text, std::vector<Span>& words) {
  words.clear();
  std::uint8_t current = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Unit unit = utf8_unit(text, at);
    const std::uint8_t script = script_of(unit.code_point);
    if (script != 0 && script != current) {
      words.push_back({at, at});
      current = script;
    }
    at += unit.size;
    if (!words.empty()) words.back().end = at;
  }
}

class Run {
 public:
  Run(const PreTokenizer& pre_tokenizer, PreTokenizerScratch& scratch,
      const std::function<void(std::string_view)>& word)
      : steps_(pre_tokenizer.steps), scratch_(scratch), word_(word) {}

  void from(std::size_t step, std::string_view text, bool at_start) {
    if (text.empty()) return;
    if (step == steps_.size()) {
      word_(text);
      return;
    }
    std::visit([&](const auto& s) { apply(s, step, text, at_start); }, steps_[step]);
  }

 private:
  void apply(const Split& split, std::size_t step, std::string_view text, bool at_start) {
    auto& level = scratch_.levels[step];
    split.pattern.find_all(text, level.matches);
    split_words(text.size(), level.matches, split.behavior, split.invert, level.words);
    each_word(step, text, at_start);
  }
  void apply(SplitScripts, std::size_t step, std::string_view text, bool at_start) {
    script_words(text, scratch_.levels[step].words);
    each_word(step, text, at_start);
  }
  void apply(SplitLength split, std::size_t step, std::string_view text, bool at_start) {
    auto& words = scratch_.levels[step].words;
    words.clear();
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
      if (count % split.length == 0) words.push_back({at, at});
      at += utf8_unit(text, at).size;
      words.back().end = at;
    }
    each_word(step, text, at_start);
  }
  void apply(PrefixSpace, std::size_t step, std::string_view text, bool at_start) {
    if (text.starts_with(' ')) return from(step + 1, text, at_start);
    auto& level = scratch_.levels[step];
    level.text = " ";
    level.text += text;
    from(step + 1, level.text, at_start);
  }
  void apply(ByteCharacters, std::size_t step, std::string_view text, bool at_start) {
    auto& level = scratch_.levels[step];
    level.text = bytes_to_characters(text);
    from(step + 1, level.text, at_start);
  }
  void apply(const ReplaceSpaces& replace, std::size_t step, std::string_view text, bool at_start) {
    auto& level = scratch_.levels[step];
    level.text = replace_all(text, " ", replace.replacement);
    const bool wanted = replace.prepend == ReplaceSpaces::Prepend::always ||
                        (replace.prepend == ReplaceSpaces::Prepend::first && at_start);
    if (wanted && !level.text.starts_with(replace.replacement)) level.text.insert(0, replace.replacement);
    from(step + 1, level.text, at_start);
  }

  // The words that this step found in `text`.
  void each_word(std::size_t step, std::string_view text, bool at_start) {
    for (const Span& word : scratch_.levels[step].words) {
      from(step + 1, text.substr(word.begin, word.end - word.begin), at_start && word.begin == 0);
    }
  }

  const std::vector<PreTokenizerStep>& steps_;
  PreTokenizerScratch& scratch_;
  const std::function<void(std::string_view)>& word_;
};

SplitBehavior read_behavior(const Json& json, const std::string& fallback) {
  const auto name = json_value<std::string>(json, "behavior", fallback);
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  corrupt("The split behavior \"" + name +
          "\" is not known; it should be Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous.");
}

ReplaceSpaces::Prepend read_prepend(const Json& json) {
  const auto scheme = json_value<std::string>(json, "prepend_scheme", "");
  const bool legacy = json_value(json, "add_prefix_space", true);
  if (!legacy) {  // how files said "never" before there was a scheme
    if (!scheme.empty() && scheme != "never") {
      corrupt("Metaspace has add_prefix_space false, but the prepend_scheme \"" + scheme + "\".");
    }
    return ReplaceSpaces::Prepend::never;
  }
  if (scheme.empty() || scheme == "always") return ReplaceSpaces::Prepend::always;
  if (scheme == "first") return ReplaceSpaces::Prepend::first;
  if (scheme == "never") return ReplaceSpaces::Prepend::never;
  corrupt("The prepend_scheme \"" + scheme + "\" is not known; it should be always, first or never.");
}

std::string read_character(const Json& json, const char* key) {
  auto text = json_required<std::string>(json, key);
  if (text.empty() || utf8_unit(text, 0).size != text.size()) {
    corrupt("The " + std::string(key) + " \"" + text + "\" should be one character.");
  }
  return text;
}

void read_into(const Json& json, std::vector<PreTokenizerStep>& steps) {
  const auto type = json_required<std::string>(json, "type");
  const auto split = [&](const std::string& pattern, SplitBehavior behavior, bool invert = false) {
    steps.emplace_back(Split{Regex(pattern), behavior, invert});
  };
  if (type == "Sequence") {
    for (const Json& step : members_of(json, "pretokenizers")) read_into(step, steps);
  } else if (type == "Split") {
    const Pattern pattern = read_pattern(json, type);
    split(pattern.is_regex ? pattern.text : regex_escape(pattern.text), read_behavior(json, "missing"),
          json_value(json, "invert", false));
  } else if (type == "ByteLevel") {
    if (json_value(json, "add_prefix_space", true)) steps.emplace_back(PrefixSpace{});
    if (json_value(json, "use_regex", true)) split(gpt2_words, SplitBehavior::isolated);
    steps.emplace_back(ByteCharacters{});
  } else if (type == "Metaspace") {
    const auto replacement = json_value<std::string>(json, "replacement", "▁");
    if (replacement.empty()) corrupt("The replacement of a Metaspace should be one character, and is empty.");
    steps.emplace_back(ReplaceSpaces{replacement, read_prepend(json)});
    if (json_value(json, "split", true)) split(regex_escape(replacement), SplitBehavior::merged_with_next);
  } else if (type == "Digits") {
    split("\\p{N}", json_value(json, "individual_digits", false) ? SplitBehavior::isolated : SplitBehavior::contiguous);
  } else if (type == "Whitespace") {
    split(rust_words, SplitBehavior::removed, true);
  } else if (type == "WhitespaceSplit") {
    split("\\s", SplitBehavior::removed);
  } else if (type == "Punctuation") {
    split(punctuation, read_behavior(json, "Isolated"));
  } else if (type == "BertPreTokenizer") {  // white space taken out, then punctuation apart
    split(std::string(punctuation) + "|[^\\s" + punctuation + "]+", SplitBehavior::removed, true);
  } else if (type == "CharDelimiterSplit") {
    split(regex_escape(read_character(json, "delimiter")), SplitBehavior::removed);
  } else if (type == "UnicodeScripts") {
    steps.emplace_back(SplitScripts{});
  } else if (type == "FixedLength") {
    const auto length = json_value<std::int64_t>(json, "length", 5);
    if (length < 1) corrupt("The length of a FixedLength is " + std::to_string(length) + ", but should be at least 1.");
    steps.emplace_back(SplitLength{static_cast<std::size_t>(length)});
  } else {
    unsupported("The pre-tokenizer \"" + type +
                "\" is not supported; supported are Split, ByteLevel, Metaspace, Digits, Whitespace, WhitespaceSplit, "
                "Punctuation, BertPreTokenizer, CharDelimiterSplit, UnicodeScripts, FixedLength and Sequence.");
  }
}

}  // namespace

void split_words(std::size_t size, const std::vector<Span>& matches, SplitBehavior behavior, bool invert,
                 std::vector<Span>& words) {
  words.clear();
  bool previous = false;
  const auto add = [&](Span part, bool is_match) {
    is_match = is_match != invert;
    bool joins = false;
    switch (behavior) {
      case SplitBehavior::isolated:
        break;
      case SplitBehavior::removed:
        if (is_match) return;
        break;
      case SplitBehavior::merged_with_previous:
        joins = is_match && !previous;
        break;
      case SplitBehavior::merged_with_next:
        joins = previous && !is_match;
        break;
      case SplitBehavior::contiguous:
        joins = is_match == previous;
        break;
    }
    previous = is_match;
    if (joins && !words.empty()) {
      words.back().end = part.end;
    } else {
      words.push_back(part);
    }
  };
  std::size_t done = 0;
  for (const Span& match : matches) {
    if (done < match.begin) add({done, match.begin}, false);
    add(match, true);
    done = match.end;
  }
  if (done < size) add({done, size}, false);
}

void pre_tokenize(const PreTokenizer& pre_tokenizer, std::string_view text, bool at_start, PreTokenizerScratch& scratch,
                  const std::function<void(std::string_view)>& word) {
  if (scratch.levels.size() < pre_tokenizer.steps.size()) scratch.levels.resize(pre_tokenizer.steps.size());
  Run(pre_tokenizer, scratch, word).from(0, text, at_start);
}

PreTokenizer read_pre_tokenizer(const Json& json) {
  PreTokenizer result;
  if (!json.is_null()) read_into(json, result.steps);
  if (!result.steps.empty() && std::holds_alternative<ByteCharacters>(result.steps.back())) {
    result.steps.pop_back();
    result.byte_level = true;
  }
  return result;
}

}  // namespace gerbil::tokenizer
