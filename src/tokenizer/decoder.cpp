#include "tokenizer/decoder.hpp"

#include <cstdint>
#include <utility>

#include "tokenizer/byte_level.hpp"
#include "tokenizer/decoder_steps.hpp"
#include "tokenizer/errors.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/regex_syntax.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

std::string text_of_fallback_bytes(const std::string& bytes) {
  std::string storage;
  if (well_formed_utf8(bytes, storage).data() == bytes.data()) return bytes;
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) text += "\ufffd";
  return text;
}

// A run of the steps from `step` on. Once a step has made one token of all, what follows receives that token in parts.
class Chain {
 public:
  Chain(const Decoder& decoder, DecodeState& state) : steps_(decoder.steps), state_(state) {
    state_.steps.resize(steps_.size());
  }

  void push(std::size_t step, std::string token, bool fused) {
    if (step == steps_.size()) {
      text += token;
      return;
    }
    auto& own = state_.steps[step];
    std::visit([&](const auto& s) { apply(s, own, step, std::move(token), fused); }, steps_[step]);
  }

  void finish(std::size_t step, bool fused) {
    if (step == steps_.size()) return;
    auto& own = state_.steps[step];
    if (std::holds_alternative<BytesToText>(steps_[step])) {
      std::string storage;
      const std::string rest(well_formed_utf8(own.held, storage));
      push(step + 1, rest, true);
      fused = true;
    } else if (std::holds_alternative<ByteFallbackToText>(steps_[step])) {
      if (!own.held.empty()) push(step + 1, text_of_fallback_bytes(own.held), fused);
    } else if (std::holds_alternative<FuseTokens>(steps_[step])) {
      fused = true;
    } else if (const auto* suffix = std::get_if<SuffixToSpace>(&steps_[step])) {
      if (own.count > 0) push(step + 1, replace_all(own.held, suffix->suffix, ""), fused);
    } else if (fused && !own.held.empty()) {
      push(step + 1, whole(steps_[step], own.held), true);
    }
    own = {};
    finish(step + 1, fused);
  }

  std::string text;

 private:
  using Step = DecodeState::Step;

  void apply(const MetaspaceToSpace& s, Step& own, std::size_t step, const std::string& token, bool fused) {
    if (fused) return hold(own, token);
    const bool first = own.count++ == 0;
    push(step + 1, replace_all(token, s.replacement, first && s.strip_first ? "" : " "), false);
  }
  void apply(const StripCharacter& s, Step& own, std::size_t step, std::string token, bool fused) {
    if (!fused) return push(step + 1, strip(s, token), false);
    if (s.stop > 0) return hold(own, token);
    if (token.empty()) return;
    const std::size_t size = token.size();
    token = strip({s.character, s.start - own.count, 0}, token);
    own.count = token.empty() ? own.count + size / s.character.size() : s.start;
    push(step + 1, std::move(token), true);
  }
  void apply(const ReplaceInToken& s, Step& own, std::size_t step, const std::string& token, bool fused) {
    if (fused) return hold(own, token);
    push(step + 1, replace_all(token, s.replace.pattern, s.replace.content), false);
  }
  void apply(JoinWithSpaces, Step& own, std::size_t step, std::string token, bool) {
    push(step + 1, own.count++ == 0 ? std::move(token) : " " + token, false);
  }
  void apply(const JoinWordPieces& s, Step& own, std::size_t step, std::string token, bool fused) {
    if (fused) return hold(own, token);
    push(step + 1, join(s, std::move(token), own.count++ == 0), false);
  }
  void apply(const SuffixToSpace& s, Step& own, std::size_t step, std::string token, bool fused) {
    if (fused) {
      ++own.count;
      return hold(own, token);
    }
    const std::string previous = std::exchange(own.held, std::move(token));  // it was not the last
    if (own.count++ > 0) push(step + 1, replace_all(previous, s.suffix, " "), false);
  }
  void apply(ByteFallbackToText, Step& own, std::size_t step, std::string token, bool fused) {
    if (fused) return hold(own, token);
    if (const auto byte = fallback_byte(token)) {
      own.held.push_back(*byte);
      return;
    }
    if (!own.held.empty()) push(step + 1, text_of_fallback_bytes(std::exchange(own.held, "")), false);
    push(step + 1, std::move(token), false);
  }
  void apply(BytesToText, Step& own, std::size_t step, const std::string& token, bool) {
    // A token with a character outside the alphabet was added as text, and is text.
    own.held += characters_to_bytes(token).value_or(token);
    std::string rest = own.held.substr(own.held.size() - unfinished_utf8(own.held));
    own.held.resize(own.held.size() - rest.size());
    std::string storage;
    const std::string ready(well_formed_utf8(own.held, storage));
    own.held = std::move(rest);
    push(step + 1, ready, true);
  }
  void apply(FuseTokens, Step&, std::size_t step, std::string token, bool) { push(step + 1, std::move(token), true); }

  static void hold(Step& own, const std::string& token) { own.held += token; }

  // A step on the one token that all were made into.
  static std::string whole(const DecoderStep& step, const std::string& token) {
    if (const auto* s = std::get_if<MetaspaceToSpace>(&step)) {
      return replace_all(token, s->replacement, s->strip_first ? "" : " ");
    }
    if (const auto* s = std::get_if<StripCharacter>(&step)) return strip(*s, token);
    if (const auto* s = std::get_if<JoinWordPieces>(&step)) return join(*s, token, true);
    if (const auto* s = std::get_if<ReplaceInToken>(&step)) {
      return replace_all(token, s->replace.pattern, s->replace.content);
    }
    return token;
  }

  const std::vector<DecoderStep>& steps_;
  DecodeState& state_;
};

void read_into(const Json& json, std::vector<DecoderStep>& steps) {
  const auto type = json_required<std::string>(json, "type");
  if (type == "Sequence") {
    for (const Json& member : members_of(json, "decoders")) read_into(member, steps);
  } else if (type == "ByteLevel") {
    steps.emplace_back(BytesToText{});
  } else if (type == "ByteFallback") {
    steps.emplace_back(ByteFallbackToText{});
  } else if (type == "Fuse") {
    steps.emplace_back(FuseTokens{});
  } else if (type == "Metaspace") {
    const bool strips = json_value(json, "add_prefix_space", true) &&
                        json_value<std::string>(json, "prepend_scheme", "always") != "never";
    const auto replacement = json_value<std::string>(json, "replacement", "▁");
    if (replacement.empty()) corrupt("The replacement of a Metaspace should be one character, and is empty.");
    steps.emplace_back(MetaspaceToSpace{replacement, strips});
  } else if (type == "WordPiece") {
    steps.emplace_back(
        JoinWordPieces{json_value<std::string>(json, "prefix", "##"), json_value(json, "cleanup", true)});
  } else if (type == "BPEDecoder") {
    const auto suffix = json_value<std::string>(json, "suffix", "</w>");
    if (suffix.empty()) corrupt("The suffix of a BPEDecoder should not be empty.");
    steps.emplace_back(SuffixToSpace{suffix});
  } else if (type == "Replace") {
    const Pattern pattern = read_pattern(json, type);
    steps.emplace_back(ReplaceInToken{{Regex(pattern.is_regex ? pattern.text : regex_escape(pattern.text)),
                                       json_required<std::string>(json, "content")}});
  } else if (type == "Strip") {
    const auto character = json_required<std::string>(json, "content");
    const auto start = json_value<std::int64_t>(json, "start", 0), stop = json_value<std::int64_t>(json, "stop", 0);
    if (character.empty() || start < 0 || stop < 0) {
      corrupt("A Strip decoder needs one character as content and counts of at least 0.");
    }
    steps.emplace_back(StripCharacter{character, static_cast<std::size_t>(start), static_cast<std::size_t>(stop)});
  } else {
    unsupported(
        "The decoder \"" + type +
        "\" is not supported; supported are ByteLevel, ByteFallback, Fuse, Metaspace, WordPiece, BPEDecoder, Replace, "
        "Strip and Sequence.");
  }
}

}  // namespace

Decoder read_decoder(const Json& json) {
  Decoder decoder;
  if (json.is_null()) {
    decoder.steps.emplace_back(JoinWithSpaces{});
  } else {
    read_into(json, decoder.steps);
  }
  return decoder;
}

std::string decode_push(const Decoder& decoder, DecodeState& state, std::string token) {
  Chain chain(decoder, state);
  chain.push(0, std::move(token), false);
  return std::move(chain.text);
}

std::string decode_finish(const Decoder& decoder, DecodeState& state) {
  Chain chain(decoder, state);
  chain.finish(0, false);
  return std::move(chain.text);
}

}  // namespace gerbil::tokenizer
