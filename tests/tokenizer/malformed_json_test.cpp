// Damaged files: what JSON itself forbids, and what the reader bounds.
#include "malformed.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr auto corrupt = ErrorCode::corrupt;

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
                    Attack{"ManyKeys", corrupt, "members",
                           [] {
                             std::string keys = R"({"x": 0)";
                             for (int i = 0; i < 5000; ++i) keys += ", \"" + std::to_string(i) + "\": 0";
                             return keys + "}";
                           }()},
                    Attack{"BadUtf8", corrupt, "byte", "{\"\xff\": 0}"},
                    Attack{"LoneSurrogate", corrupt, "byte", R"({"\ud800": 0})"}),
    attack_name);

TEST(Malformed, MissingFile) { EXPECT_THROW(Tokenizer::from_file("no/such/tokenizer.json"), Error); }

}  // namespace
}  // namespace gerbil::tokenizer
