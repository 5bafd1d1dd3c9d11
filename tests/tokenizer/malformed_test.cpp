// Files that contradict themselves or ask for what is not there: each is an Error that says so, none does harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gerbil/error.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil::tokenizer {
namespace {

struct Attack {
  const char* name;
  ErrorCode code;
  std::string says;  // part of the message
  std::string json;
};

std::string with_model(const std::string& model) { return R"({"model": {"type": "BPE", )" + model + "}}"; }

// A valid model beside another component.
std::string with(const std::string& component) {
  return "{" + component + R"(, "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}})";
}

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string split(const std::string& regex) {
  return with(R"("pre_tokenizer": {"type": "Split", "behavior": "Isolated", "pattern": {"Regex": ")" + regex +
              R"("}})");
}

class Malformed : public testing::TestWithParam<Attack> {};

TEST_P(Malformed, IsAnError) {
  try {
    Tokenizer::from_json(GetParam().json, "file.json");
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), GetParam().code) << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr(GetParam().says));
    EXPECT_THAT(error.what(), testing::HasSubstr("file.json"));
  }
}

std::string attack_name(const testing::TestParamInfo<Attack>& attack) { return attack.param.name; }

void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.json.substr(0, 200); }

constexpr auto corrupt = ErrorCode::corrupt, unsupported = ErrorCode::unsupported;

INSTANTIATE_TEST_SUITE_P(
    Json, Malformed,
    testing::Values(Attack{"Empty", corrupt, "byte", ""}, Attack{"NotAnObject", corrupt, "not an object", "[1, 2]"},
                    Attack{"Truncated", corrupt, "byte", R"({"model": {"vocab": {"a": 0)"},
                    Attack{"Trailing", corrupt, "byte", with(R"("version": "1.0")") + "}"},
                    Attack{"Deep", corrupt, "nests deeper", R"({"x": )" + repeated("[", 100000)},
                    Attack{"DeepObjects", corrupt, "nests deeper", repeated(R"({"x": )", 100000)},
                    Attack{"DeepSequence", corrupt, "nests deeper",
                           with(R"("normalizer": )" + repeated(R"({"type": "Sequence", "normalizers": [)", 200) +
                                repeated("]}", 200))},
                    Attack{"KeyTwice", corrupt, "twice", with(R"("version": 1, "version": 2)")},
                    Attack{"ManyKeys", corrupt, "members",
                           [] {
                             std::string keys = R"({"x": 0)";
                             for (int i = 0; i < 5000; ++i) keys += ", \"" + std::to_string(i) + "\": 0";
                             return keys + "}";
                           }()},
                    Attack{"BadUtf8", corrupt, "byte", "{\"\xff\": 0}"},
                    Attack{"LoneSurrogate", corrupt, "byte", R"({"\ud800": 0})"}),
    attack_name);

INSTANTIATE_TEST_SUITE_P(
    Model, Malformed,
    testing::Values(
        Attack{"None", corrupt, "model", R"({"version": "1.0"})"},
        Attack{"NotAnObject", corrupt, "model", R"({"model": 3})"},
        Attack{"WordLevel", unsupported, "WordLevel", R"({"model": {"type": "WordLevel", "vocab": {"a": 0}}})"},
        Attack{"NegativeId", corrupt, "id", with_model(R"("vocab": {"a": -1}, "merges": [])")},
        Attack{"AbsurdId", corrupt, "id", with_model(R"("vocab": {"a": 4000000000}, "merges": [])")},
        Attack{"HugeId", corrupt, "id", with_model(R"("vocab": {"a": 18446744073709551615}, "merges": [])")},
        Attack{"OverflowingId", corrupt, "id", with_model(R"("vocab": {"a": 1e300}, "merges": [])")},
        Attack{"FractionalId", corrupt, "whole number", with_model(R"("vocab": {"a": 0.5}, "merges": [])")},
        Attack{"TextId", corrupt, "whole number", with_model(R"("vocab": {"a": "0"}, "merges": [])")},
        Attack{"NestedId", corrupt, "vocab", with_model(R"("vocab": {"a": [0]}, "merges": [])")},
        Attack{"TokenTwice", corrupt, "twice", with_model(R"("vocab": {"a": 0, "a": 1}, "merges": [])")},
        Attack{"IdTwice", corrupt, "two tokens", with_model(R"("vocab": {"a": 0, "b": 0}, "merges": [])")},
        Attack{"VocabularyTwice", corrupt, "twice",
               with_model(R"("vocab": {"a": 0, "b": 1}, "vocab": {"a": 2}, "merges": [])")},
        Attack{"VocabularyIsAnArray", corrupt, "vocab", with_model(R"("vocab": ["a", "b"], "merges": [])")},
        Attack{"VocabularyIsPieces", corrupt, "vocab", with_model(R"("vocab": [["a", -1]], "merges": [])")},
        Attack{"VocabularyIsAnEmptyArray", corrupt, "vocab", with_model(R"("vocab": [], "merges": [])")},
        Attack{"VocabularyTwiceDifferently", corrupt, "twice",
               with_model(R"("vocab": {"a": 0}, "vocab": [["b", 1]], "merges": [])")},
        Attack{"MergesAreAnObject", corrupt, "merges", with_model(R"("vocab": {"a": 0}, "merges": {"a": "b"})")},
        Attack{"MergeOfOne", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": ["a"])")},
        Attack{"MergeOfThree", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": ["a a a"])")},
        Attack{"MergeOfNothing", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": [" "])")},
        Attack{"PairOfOne", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": [["a"]])")},
        Attack{"PairOfThree", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": [["a", "a", "a"]])")},
        Attack{"PairOfNumbers", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": [[0, 0]])")},
        Attack{"PairOfPairs", corrupt, "merges", with_model(R"("vocab": {"a": 0}, "merges": [[["a", "a"]]])")},
        Attack{"MergeIsANumber", corrupt, "erge", with_model(R"("vocab": {"a": 0}, "merges": [7])")},
        Attack{"MergeOfUnknown", corrupt, "\"b\"", with_model(R"("vocab": {"a": 0}, "merges": ["a b"])")},
        Attack{"MergeMakesUnknown", corrupt, "\"ab\"", with_model(R"("vocab": {"a": 0, "b": 1}, "merges": ["a b"])")},
        Attack{"MergeShorterThanPrefix", corrupt, "continuing_subword_prefix",
               with_model(R"("continuing_subword_prefix": "####", "vocab": {"a": 0, "b": 1}, "merges": ["a b"])")},
        Attack{"UnknownToken", corrupt, "unk_token",
               with_model(R"("unk_token": "<unk>", "vocab": {"a": 0}, "merges": [])")},
        Attack{"Dropout", unsupported, "dropout", with_model(R"("dropout": 0.1, "vocab": {"a": 0}, "merges": [])")},
        Attack{"FlagIsANumber", corrupt, "byte_fallback",
               with_model(R"("byte_fallback": 1, "vocab": {"a": 0}, "merges": [])")}),
    attack_name);

std::string wordpiece(const std::string& rest) { return R"({"model": {"type": "WordPiece", )" + rest + "}}"; }

INSTANTIATE_TEST_SUITE_P(
    WordPiece, Malformed,
    testing::Values(
        Attack{"NoVocabulary", corrupt, "[UNK]", wordpiece(R"("unk_token": "[UNK]")")},
        Attack{"VocabularyIsPieces", corrupt, "vocab", wordpiece(R"("unk_token": "a", "vocab": [["a", 0]])")},
        Attack{"UnknownToken", corrupt, "unk_token", wordpiece(R"("unk_token": "[UNK]", "vocab": {"a": 0})")},
        Attack{"IdTwice", corrupt, "two tokens", wordpiece(R"("unk_token": "a", "vocab": {"a": 0, "b": 0})")},
        Attack{"AbsurdId", corrupt, "id", wordpiece(R"("unk_token": "a", "vocab": {"a": 4000000000})")},
        Attack{"NegativeLength", corrupt, "-1",
               wordpiece(R"("unk_token": "a", "vocab": {"a": 0}, "max_input_chars_per_word": -1)")},
        Attack{"PrefixIsANumber", corrupt, "continuing_subword_prefix",
               wordpiece(R"("unk_token": "a", "vocab": {"a": 0}, "continuing_subword_prefix": 2)")}),
    attack_name);

std::string unigram(const std::string& rest) { return R"({"model": {"type": "Unigram", )" + rest + "}}"; }

INSTANTIATE_TEST_SUITE_P(
    Unigram, Malformed,
    testing::Values(Attack{"NoVocabulary", corrupt, "vocab", unigram(R"("unk_id": 0)")},
                    Attack{"EmptyVocabulary", corrupt, "empty", unigram(R"("unk_id": null, "vocab": [])")},
                    Attack{"VocabularyIsAnObject", corrupt, "array", unigram(R"("vocab": {"a": 0})")},
                    Attack{"UnknownBeyond", corrupt, "unk_id is 1", unigram(R"("unk_id": 1, "vocab": [["a", 0]])")},
                    Attack{"UnknownNegative", corrupt, "unk_id is -1", unigram(R"("unk_id": -1, "vocab": [["a", 0]])")},
                    Attack{"UnknownIsText", corrupt, "unk_id", unigram(R"("unk_id": "a", "vocab": [["a", 0]])")},
                    Attack{"UnknownIsHuge", corrupt, "unk_id",
                           unigram(R"("unk_id": 18446744073709551615, "vocab": [["a", 0]])")},
                    Attack{"ScoreIsNaN", corrupt, "byte", unigram(R"("vocab": [["a", NaN]])")},
                    Attack{"ScoreIsNull", corrupt, "piece 0", unigram(R"("vocab": [["a", null]])")},
                    Attack{"ScoreIsInfinite", corrupt, "byte", unigram(R"("vocab": [["a", -1e999]])")},
                    Attack{"ScoreIsText", corrupt, "piece 1", unigram(R"("vocab": [["a", 0], ["b", "0"]])")},
                    Attack{"NoScore", corrupt, "piece 0", unigram(R"("vocab": [["a"]])")},
                    Attack{"TwoScores", corrupt, "piece 0", unigram(R"("vocab": [["a", 1, 2]])")},
                    Attack{"TwoTexts", corrupt, "piece 0", unigram(R"("vocab": [["a", "b", 2]])")},
                    Attack{"ScoreFirst", corrupt, "piece 0", unigram(R"("vocab": [[1, "a"]])")},
                    Attack{"PieceIsText", corrupt, "piece 0", unigram(R"("vocab": ["a"])")},
                    Attack{"PieceIsAnObject", corrupt, "object", unigram(R"("vocab": [{"a": 1}])")},
                    Attack{"PieceInAPiece", corrupt, "array", unigram(R"("vocab": [[["a", 1]]])")}),
    attack_name);

// A charsmap in Base64 of a trie whose root is `root` and all other units zero, with the text "b".
std::string charsmap(std::size_t units, std::uint32_t root,
                     std::vector<std::pair<std::size_t, std::uint32_t>> others = {},
                     const std::string& text = std::string("b\0", 2)) {
  std::string bytes;
  const auto put = [&](std::size_t number) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 0xff);
  };
  put(units * 4);
  std::vector<std::uint32_t> trie(units);
  if (units > 0) trie[0] = root;
  for (const auto& [place, unit] : others) trie[place] = unit;
  for (const std::uint32_t unit : trie) put(unit);
  bytes += text;
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) result += at + i <= bytes.size() ? digits[group >> (18 - 6 * i) & 63] : '=';
  }
  return result;
}

std::string precompiled(const std::string& data) {
  return with(R"("normalizer": {"type": "Precompiled", "precompiled_charsmap": ")" + data + R"("})");
}

// The key "a" in a trie of 256 units: the root leads to 1, "a" is at 1 ^ 'a', and its value, `value`, where that leads.
std::string one_key(std::uint32_t value, const std::string& text) {
  return precompiled(
      charsmap(256, 1u << 10, {{0x60, (0x60u ^ 2u) << 10 | 1u << 8 | 'a'}, {2, value | 1u << 31}}, text));
}

TEST(Charsmap, IsAcceptedWhole) {
  const Tokenizer tokenizer = Tokenizer::from_json(one_key(0, std::string("b\0", 2)), "file.json");
  EXPECT_EQ(tokenizer.encode("aab"), (std::vector<TokenId>{1, 1, 1}));
}

INSTANTIATE_TEST_SUITE_P(
    Charsmap, Malformed,
    testing::Values(
        Attack{"Missing", corrupt, "precompiled_charsmap", with(R"("normalizer": {"type": "Precompiled"})")},
        Attack{"Null", corrupt, "precompiled_charsmap",
               with(R"("normalizer": {"type": "Precompiled", "precompiled_charsmap": null})")},
        Attack{"Empty", corrupt, "no trie", precompiled("")},
        Attack{"NotBase64", corrupt, "Base64", precompiled("AA*A")},
        Attack{"NoPadding", corrupt, "Base64", precompiled("AAAAAA")},
        Attack{"PaddingInside", corrupt, "Base64", precompiled("AA==AAAA")},
        Attack{"LooseBits", corrupt, "Base64", precompiled("AAAAAB==")},
        Attack{"EmptyTrie", corrupt, "trie of 0", precompiled(charsmap(0, 0))},
        Attack{"OddTrie", corrupt, "multiple of 4", precompiled("AwAAAAAAAAAA")},
        Attack{"TruncatedTrie", corrupt, "at most", precompiled(charsmap(256, 0).substr(0, 400))},
        Attack{"HugeTrie", corrupt, "at most", precompiled("/P///wAA")},
        Attack{"SmallTrie", corrupt, "outside", precompiled(charsmap(100, 1u << 10))},
        Attack{"RootLeadsOutside", corrupt, "outside", precompiled(charsmap(256, 300u << 10))},
        Attack{"RootIsAValue", corrupt, "outside", precompiled(charsmap(256, 1u << 31 | 300u << 10))},
        Attack{"UnitLeadsFarOutside", corrupt, "outside", precompiled(charsmap(256, 0, {{7, 0x7fffffffu}}))},
        Attack{"ValueBeyondTheText", corrupt, "at byte 2", one_key(2, std::string("b\0", 2))},
        Attack{"ValueInsideACharacter", corrupt, "at byte 1", one_key(1, std::string("\xc3\xa9\0", 3))},
        Attack{"NoText", corrupt, "at byte 0", one_key(0, "")},
        Attack{"NotUtf8", corrupt, "UTF-8", one_key(0, "\xff")}),
    attack_name);

INSTANTIATE_TEST_SUITE_P(
    Components, Malformed,
    testing::Values(
        Attack{"AddedIsAnObject", corrupt, "added_tokens", with(R"("added_tokens": {})")},
        Attack{"AddedWithoutContent", corrupt, "content", with(R"("added_tokens": [{"id": 2}])")},
        Attack{"AddedIsANumber", corrupt, "content", with(R"("added_tokens": [7])")},
        Attack{"AddedNegative", corrupt, "-5", with(R"("added_tokens": [{"id": -5, "content": "x"}])")},
        Attack{"AddedAbsurd", corrupt, "99999999999", with(R"("added_tokens": [{"id": 99999999999, "content": "x"}])")},
        Attack{"AddedTwice", corrupt, "twice",
               with(R"("added_tokens": [{"id": 2, "content": "x"}, {"id": 2, "content": "y"}])")},
        Attack{"Normalizer", unsupported, "Shout", with(R"("normalizer": {"type": "Shout"})")},
        Attack{"BertFlag", corrupt, "lowercase",
               with(R"("normalizer": {"type": "BertNormalizer", "lowercase": "yes"})")},
        Attack{"NormalizerWithoutType", corrupt, "type", with(R"("normalizer": {})")},
        Attack{"NormalizerIsText", corrupt, "type", with(R"("normalizer": "NFC")")},
        Attack{"SequenceOfNothing", corrupt, "normalizers", with(R"("normalizer": {"type": "Sequence"})")},
        Attack{"ReplaceWithoutPattern", corrupt, "pattern",
               with(R"("normalizer": {"type": "Replace", "content": ""})")},
        Attack{"PreTokenizer", unsupported, "Sentences", with(R"("pre_tokenizer": {"type": "Sentences"})")},
        Attack{"NoDelimiter", corrupt, "delimiter", with(R"("pre_tokenizer": {"type": "CharDelimiterSplit"})")},
        Attack{"LongDelimiter", corrupt, "one character",
               with(R"("pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "ab"})")},
        Attack{"NoLength", corrupt, "at least 1", with(R"("pre_tokenizer": {"type": "FixedLength", "length": 0})")},
        Attack{"Behavior", corrupt, "Shuffled",
               with(R"("pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Shuffled"})")},
        Attack{"PrependScheme", corrupt, "often",
               with(R"("pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "often"})")},
        Attack{"EmptyMetaspace", corrupt, "replacement",
               with(R"("pre_tokenizer": {"type": "Metaspace", "replacement": ""})")},
        Attack{"TemplateWithoutText", corrupt, "template",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": []})")},
        Attack{
            "TemplateToken", corrupt, "<s>",
            with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]})")},
        Attack{"TemplateId", corrupt, "-1",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "s"}}],
                        "special_tokens": {"s": {"ids": [-1]}}})")},
        Attack{"TemplateOfASecondText", corrupt, "\"B\"",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B"}}]})")},
        Attack{"PairWithoutText", corrupt, "pair",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}],
                        "pair": [{"Sequence": {"id": "B"}}]})")},
        Attack{
            "TypeId", corrupt, "type_id -1",
            with(
                R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": -1}}]})")},
        Attack{"PostProcessor", unsupported, "Overtake", with(R"("post_processor": {"type": "Overtake"})")},
        Attack{"TwoTemplates", unsupported, "two templates",
               with(R"("post_processor": {"type": "Sequence", "processors": [
                        {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1]},
                        {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1]}]})")},
        Attack{"NoSep", corrupt, "sep", with(R"("post_processor": {"type": "RobertaProcessing", "cls": ["a", 0]})")},
        Attack{"SepWithoutId", corrupt, "sep",
               with(R"("post_processor": {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b"]})")},
        Attack{"ClsId", corrupt, "-7",
               with(R"("post_processor": {"type": "BertProcessing", "cls": ["a", -7], "sep": ["b", 1]})")},
        Attack{"EmptySuffix", corrupt, "suffix", with(R"("decoder": {"type": "BPEDecoder", "suffix": ""})")},
        Attack{"Decoder", unsupported, "CTC", with(R"("decoder": {"type": "CTC"})")},
        Attack{"StripCount", corrupt, "Strip", with(R"("decoder": {"type": "Strip", "content": " ", "start": -1})")}),
    attack_name);

INSTANTIATE_TEST_SUITE_P(
    Regex, Malformed,
    testing::Values(Attack{"Open", corrupt, "')'", split("(a")}, Attack{"Close", corrupt, "'('", split("a)")},
                    Attack{"OpenClass", corrupt, "']'", split("[a")},
                    Attack{"RepeatsNothing", corrupt, "repeats", split("*a")},
                    Attack{"Property", corrupt, "Klingon", split("\\\\p{Klingon}")},
                    Attack{"PropertyEscape", corrupt, "property", split("\\\\p{L)(}")},
                    Attack{"Backreference", unsupported, "1", split("(a)\\\\1")},
                    Attack{"Recursion", unsupported, "option", split("(?R)")},
                    Attack{"Range", corrupt, "range", split("[z-a]")},
                    Attack{"CodePoint", corrupt, "character", split("\\\\x{110000}")},
                    Attack{"Interval", corrupt, "regular expression", split("a{100000000}")},
                    Attack{"Nesting", corrupt, "nests", split(repeated("(", 5000) + repeated(")", 5000))},
                    Attack{"ClassNesting", corrupt, "nests", split(repeated("[", 5000) + repeated("]", 5000))},
                    Attack{"Backslash", corrupt, "ends", split("a\\\\")}),
    attack_name);

TEST(Malformed, MissingFile) { EXPECT_THROW(Tokenizer::from_file("no/such/tokenizer.json"), Error); }

}  // namespace
}  // namespace gerbil::tokenizer
