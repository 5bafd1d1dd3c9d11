// What tokenizer_config.json and its side files change, against transformers' AutoTokenizer
// (tools/tokenizer_parity/settings.py).
#include <gtest/gtest.h>

#include <string>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "tokenizer/side_files.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil::tokenizer {
namespace {

const Json& fixture() {
  static const Json json = parse_json(read_text_file(GERBIL_FIXTURES "/tokenizer_settings.json"), "the fixture");
  return json;
}

Settings settings_of(const Json& files) {
  const auto file = [&](const char* name) { return files.contains(name) ? files[name] : Json::object(); };
  const Json config = merged_config(file("tokenizer_config.json"), file("special_tokens_map.json"));
  return read_side_files(config, file("added_tokens.json"), file("config.json"));
}

TEST(Settings, ChangeTheTokenizerAsTheReference) {
  std::size_t texts = 0;
  for (const Json& one : fixture()["cases"]) {
    const Json& file = fixture()["tokenizers"][one["tokenizer"].get<std::string>()];
    const Tokenizer tokenizer = Tokenizer::from_json(file.dump(), "tokenizer.json", settings_of(one["files"]));
    for (const Json& text : one["texts"]) {
      EXPECT_EQ(tokenizer.encode(text[0].get<std::string>()), text[1].get<std::vector<TokenId>>())
          << one["name"] << ": " << text[0];
      EXPECT_EQ(tokenizer.decode(text[1].get<std::vector<TokenId>>()), text[2].get<std::string>())
          << one["name"] << ": " << text[0];
      ++texts;
    }
  }
  EXPECT_GT(texts, 200u);
}

TEST(Settings, PutTokensAroundPairsAsTheReference) {
  std::size_t pairs = 0;
  for (const Json& one : fixture()["cases"]) {
    const Json& file = fixture()["tokenizers"][one["tokenizer"].get<std::string>()];
    const Tokenizer tokenizer = Tokenizer::from_json(file.dump(), "tokenizer.json", settings_of(one["files"]));
    for (const Json& pair : one["pairs"]) {
      const Encoding encoding = tokenizer.encode_pair(pair[0].get<std::string>(), pair[1].get<std::string>());
      EXPECT_EQ(encoding.ids, pair[2].get<std::vector<TokenId>>()) << one["name"] << ": " << pair;
      EXPECT_EQ(encoding.type_ids, pair[3].get<std::vector<std::int32_t>>()) << one["name"] << ": " << pair;
      ++pairs;
    }
  }
  EXPECT_GT(pairs, 100u);
}

TEST(Settings, NameTheSpecialTokensOfTheReference) {
  for (const Json& one : fixture()["cases"]) {
    EXPECT_EQ(nlohmann::json(settings_of(one["files"]).special_tokens), nlohmann::json(one["special_tokens"]))
        << one["name"];
  }
}

// The parts that transformers 5.12 makes: tools/tokenizer_parity/classes.py.
TEST(Settings, SayWhereAClassWouldMakeOtherParts) {
  const auto warnings = [](const std::string& tokenizer, const std::string& name, const std::string& model_type = "") {
    Json config, model;
    config["tokenizer_class"] = name;
    model["model_type"] = model_type;
    const Json& file = fixture()["tokenizers"][tokenizer];
    return Tokenizer::from_json(file.dump(), "tokenizer.json", read_side_files(config, Json::object(), model))
        .warnings();
  };
  EXPECT_TRUE(warnings("bytes", "DebertaTokenizer").empty()) << "the same parts";
  EXPECT_TRUE(warnings("unigram", "T5TokenizerFast").empty());
  EXPECT_TRUE(warnings("bytes", "NobodysTokenizer").empty());
  EXPECT_TRUE(warnings("bytes", "XLNetTokenizer", "modernbert").empty()) << "the model's type decides";
  ASSERT_EQ(warnings("bytes", "XLNetTokenizerFast").size(), 1u);
  EXPECT_NE(warnings("bytes", "XLNetTokenizerFast").front().find("makes anew (model Unigram"), std::string::npos);
  EXPECT_NE(warnings("cased", "AlbertTokenizer").front().find("keeps those of the file (model WordPiece"),
            std::string::npos);
  EXPECT_NE(warnings("cased", "BertJapaneseTokenizer").front().find("reads other files"), std::string::npos);
}

TEST(RepeatedKeys, CountWithTheirLastValue) {
  ASSERT_GE(fixture()["repeated"].size(), 7u);
  for (const Json& one : fixture()["repeated"]) {
    const Tokenizer tokenizer = Tokenizer::from_json(one[0].get<std::string>(), "tokenizer.json");
    EXPECT_EQ(tokenizer.encode("A a b"), one[1].get<std::vector<TokenId>>()) << one[0];
    ASSERT_EQ(tokenizer.warnings().size(), 1u) << one[0];
    EXPECT_TRUE(tokenizer.warnings()[0].ends_with("occurs twice in one object; the last value counts."))
        << tokenizer.warnings()[0];
  }
}

TEST(RepeatedKeys, OfMergesCountWithTheirLastValue) {
  const auto file = [](const std::string& merges) {
    return R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "ba": 3}, )" + merges + "}}";
  };
  const Tokenizer tokenizer = Tokenizer::from_json(file(R"("merges": ["a b"], "merges": ["b a"])"), "tokenizer.json");
  EXPECT_EQ(tokenizer.encode("aba"),
            Tokenizer::from_json(file(R"("merges": ["b a"])"), "tokenizer.json").encode("aba"));
  EXPECT_EQ(tokenizer.warnings().size(), 1u);
}

// do_lower_case of sentence-transformers.
TEST(Settings, MakeLowerCaseBeforeTheNormalizer) {
  const std::string file = fixture()["tokenizers"]["cased"].dump();
  const Tokenizer cased = Tokenizer::from_json(file, "cased");
  Settings settings;
  settings.lowercase = true;
  EXPECT_EQ(Tokenizer::from_json(file, "cased", settings).encode("The FÓX"), cased.encode("the fóx"));
  EXPECT_NE(cased.encode("The FÓX"), cased.encode("the fóx"));
  Json twice = fixture()["tokenizers"]["cased"];
  apply(settings, twice);
  const Json once = twice;
  apply(settings, twice);
  EXPECT_EQ(twice, once);
}

}  // namespace
}  // namespace gerbil::tokenizer
