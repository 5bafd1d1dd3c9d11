// Files that contradict themselves or ask for what is not there: each is an Error that says so, none does harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

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
        Attack{"WordPiece", unsupported, "WordPiece", R"({"model": {"type": "WordPiece", "vocab": {"a": 0}}})"},
        Attack{"Unigram", unsupported, "Unigram", R"({"model": {"type": "Unigram", "vocab": [["a", -1.5]]}})"},
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
        Attack{"Normalizer", unsupported, "Nmt", with(R"("normalizer": {"type": "Nmt"})")},
        Attack{"NormalizerWithoutType", corrupt, "type", with(R"("normalizer": {})")},
        Attack{"NormalizerIsText", corrupt, "type", with(R"("normalizer": "NFC")")},
        Attack{"SequenceOfNothing", corrupt, "normalizers", with(R"("normalizer": {"type": "Sequence"})")},
        Attack{"ReplaceWithoutPattern", corrupt, "pattern",
               with(R"("normalizer": {"type": "Replace", "content": ""})")},
        Attack{"PreTokenizer", unsupported, "UnicodeScripts", with(R"("pre_tokenizer": {"type": "UnicodeScripts"})")},
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
        Attack{"PostProcessor", unsupported, "RobertaProcessing",
               with(R"("post_processor": {"type": "RobertaProcessing"})")},
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
