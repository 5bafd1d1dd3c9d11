// Damaged files: the model and its vocabulary.
#include "malformed.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr auto corrupt = ErrorCode::corrupt, unsupported = ErrorCode::unsupported;

std::string with_model(const std::string& model) { return R"({"model": {"type": "BPE", )" + model + "}}"; }

INSTANTIATE_TEST_SUITE_P(
    Model, Malformed,
    testing::Values(
        Attack{"None", corrupt, "model", R"({"version": "1.0"})"},
        Attack{"NotAnObject", corrupt, "model", R"({"model": 3})"},
        Attack{"Type", unsupported, "CharLevel", R"({"model": {"type": "CharLevel", "vocab": {"a": 0}}})"},
        Attack{"NoType", corrupt, "type", R"({"model": {"vocab": {"a": 0}}})"},
        Attack{"TypeIsNull", corrupt, "type", R"({"model": {"type": null, "vocab": {"a": 0}}})"},
        Attack{"WordLevelUnknown", corrupt, "unk_token",
               R"({"model": {"type": "WordLevel", "unk_token": 3, "vocab": {"a": 0}}})"},
        Attack{"NegativeId", corrupt, "id", with_model(R"("vocab": {"a": -1}, "merges": [])")},
        Attack{"AbsurdId", corrupt, "id", with_model(R"("vocab": {"a": 4000000000}, "merges": [])")},
        Attack{"HugeId", corrupt, "id", with_model(R"("vocab": {"a": 18446744073709551615}, "merges": [])")},
        Attack{"OverflowingId", corrupt, "id", with_model(R"("vocab": {"a": 1e300}, "merges": [])")},
        Attack{"FractionalId", corrupt, "whole number", with_model(R"("vocab": {"a": 0.5}, "merges": [])")},
        Attack{"TextId", corrupt, "whole number", with_model(R"("vocab": {"a": "0"}, "merges": [])")},
        Attack{"NestedId", corrupt, "vocab", with_model(R"("vocab": {"a": [0]}, "merges": [])")},
        Attack{"VocabularyIsAnArray", corrupt, "vocab", with_model(R"("vocab": ["a", "b"], "merges": [])")},
        Attack{"VocabularyIsPieces", corrupt, "vocab", with_model(R"("vocab": [["a", -1]], "merges": [])")},
        Attack{"VocabularyIsAnEmptyArray", corrupt, "vocab", with_model(R"("vocab": [], "merges": [])")},
        Attack{"VocabularyTwiceDifferently", corrupt, "vocab",
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

}  // namespace
}  // namespace gerbil::tokenizer
