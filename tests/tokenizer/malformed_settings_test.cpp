// Damaged files: tokenizer_config.json and the files beside it.
#include "malformed.hpp"
#include "tokenizer/side_files.hpp"

namespace gerbil::tokenizer {
namespace {

// A damaged tokenizer_config.json of a class of its own, or another file.
struct BadConfig {
  const char* name;
  std::string says;
  std::string config;
  std::string added_tokens = "{}";
  std::string model_config = "{}";
};

class MalformedConfig : public testing::TestWithParam<BadConfig> {};

TEST_P(MalformedConfig, IsAnError) {
  const Json config = parse_json(GetParam().config, "config"), added = parse_json(GetParam().added_tokens, "added");
  try {
    read_side_files(merged_config(config, Json::object()), added, parse_json(GetParam().model_config, "model"));
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt) << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr(GetParam().says));
  }
}

void PrintTo(const BadConfig& bad, std::ostream* out) { *out << bad.config; }

INSTANTIATE_TEST_SUITE_P(
    Settings, MalformedConfig,
    testing::Values(
        BadConfig{"Class", "tokenizer_class", R"({"tokenizer_class": 3})"},
        BadConfig{"ModelType", "model_type", "{}", "{}", R"({"model_type": ["bert"]})"},
        BadConfig{"NamedToken", "pad_token", R"({"pad_token": 5})"},
        BadConfig{"NamedTokenWithoutContent", "eos_token", R"({"eos_token": {"lstrip": true}})"},
        BadConfig{"OwnNameWithoutContent", "image_token", R"({"image_token": {"__type": "AddedToken", "content": 1}})"},
        BadConfig{"ExtraIsText", "extra_special_tokens", R"({"extra_special_tokens": "<x>"})"},
        BadConfig{"ExtraOfNumbers", "extra_special_tokens", R"({"extra_special_tokens": [1]})"},
        BadConfig{"AdditionalOfNumbers", "extra_special_tokens", R"({"additional_special_tokens": [null]})"},
        BadConfig{"ExtraNameWithoutText", "image_token", R"({"extra_special_tokens": {"image_token": null}})"},
        BadConfig{"DecoderIsAnArray", "added_tokens_decoder", R"({"added_tokens_decoder": []})"},
        BadConfig{"DecoderKey", "\"x\"", R"({"added_tokens_decoder": {"x": {"content": "a"}}})"},
        BadConfig{"DecoderNegative", "\"-1\"", R"({"added_tokens_decoder": {"-1": {"content": "a"}}})"},
        BadConfig{"DecoderHuge", "99999999999", R"({"added_tokens_decoder": {"99999999999": {"content": "a"}}})"},
        BadConfig{"DecoderOfTexts", "objects", R"({"added_tokens_decoder": {"1": "a"}})"},
        BadConfig{"DecoderWithoutContent", "content", R"({"added_tokens_decoder": {"1": {"special": true}}})"},
        BadConfig{"SplitSpecial", "split_special_tokens", R"({"split_special_tokens": "no"})"},
        BadConfig{"LowerCase", "do_lower_case", R"({"tokenizer_class": "BertTokenizer", "do_lower_case": 1})"},
        BadConfig{"Accents", "strip_accents", R"({"tokenizer_class": "BertTokenizer", "strip_accents": "yes"})"},
        BadConfig{"PrefixSpace", "add_prefix_space", R"({"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": {}})"},
        BadConfig{"AddedTokensFile", "<x>", "{}", R"({"<x>": "5"})"}),
    [](const testing::TestParamInfo<BadConfig>& bad) { return bad.param.name; });

// Flags of a token are read where the token is added.
TEST(MalformedConfig, FlagOfAToken) {
  const Json config = parse_json(R"({"added_tokens_decoder": {"2": {"content": "a", "lstrip": 3}}})", "config");
  const Settings settings = read_side_files(merged_config(config, Json::object()), Json::object(), Json::object());
  EXPECT_THROW(Tokenizer::from_json(with(R"("version": "1.0")"), "file.json", settings), Error);
}

// A name of the config that no component has changes nothing, and an absurd id is no id.
TEST(MalformedConfig, HarmlessOddities) {
  const Json config = parse_json(
      R"({"tokenizer_class": "GPT2Tokenizer", "added_tokens_decoder": {"999999999": {"content": "<x>"}}})", "config");
  const Settings settings = read_side_files(merged_config(config, Json::object()), Json::object(), Json::object());
  const Tokenizer tokenizer = Tokenizer::from_json(with(R"("normalizer": null)"), "file.json", settings);
  EXPECT_EQ(tokenizer.encode("a<x>b"), (std::vector<TokenId>{0, 2, 1}));
}

}  // namespace
}  // namespace gerbil::tokenizer
