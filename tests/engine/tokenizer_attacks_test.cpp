// Every folder of tests/attacks/tokenizers must end in an Error for the reason it was made for, or load and work.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "gerbil/tokenizer.hpp"

namespace gerbil {
namespace {

const std::filesystem::path attacks = GERBIL_FIXTURES "/../attacks";

std::string message_of(const std::filesystem::path& folder) {
  try {
    const Tokenizer tokenizer = Tokenizer::load(folder.string());
    const auto ids = tokenizer.tokenize("ab<s>b<x>");
    (void)tokenizer.detokenize(ids);
    EXPECT_FALSE(ids.empty()) << folder;
  } catch (const Error& error) {
    EXPECT_NE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::internal)) << error.what();
    return error.what();
  }
  return "";
}

TEST(TokenizerAttacks, EndInAnErrorForTheRightReasonOrLoad) {
  std::ifstream file(attacks / "expected.json");
  int errors = 0, loaded = 0;
  for (const auto& [name, reason] : nlohmann::json::parse(file).items()) {
    if (!name.starts_with("tokenizers/")) continue;
    const std::string sentence = message_of(attacks / name);
    if (reason.get<std::string>().empty()) {
      EXPECT_EQ(sentence, "") << name;
      ++loaded;
      continue;
    }
    EXPECT_THAT(sentence, testing::HasSubstr(reason.get<std::string>())) << name;
    EXPECT_TRUE(sentence.ends_with(".")) << name << ": " << sentence;
    EXPECT_LT(sentence.size(), 1500u) << name;
    ++errors;
  }
  EXPECT_GE(errors, 70);
  EXPECT_GE(loaded, 15);
}

class LargeSideFile : public testing::Test {
 protected:
  // Tests run at the same time, each in a process of its own.
  LargeSideFile()
      : folder_(
            std::filesystem::path(testing::TempDir()) /
            (std::string("gerbil_large_side_file_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    write("tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}})");
  }
  ~LargeSideFile() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  // {BEFORE<member 0>, <member 1>, ...AFTER
  static std::string members(const std::string& before, const std::string& after, auto member) {
    std::ostringstream text;
    text << before;
    for (int i = 0; i < 200000; ++i) text << (i ? "," : "") << member(std::to_string(i));
    text << after;
    return text.str();
  }

  std::filesystem::path folder_;
};

// Ten times as many as any published file has: these take their time, but not the square of it.
TEST_F(LargeSideFile, OfAddedTokens) {
  write("added_tokens.json", members("{", "}", [](const std::string& i) { return "\"<" + i + ">\":" + i; }));
  const auto ids = Tokenizer::load(folder_.string()).tokenize("a<199999>");
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0], 0);
}

TEST_F(LargeSideFile, OfADecoder) {
  write("tokenizer_config.json", members(R"({"added_tokens_decoder":{)", "}}", [](const std::string& i) {
          return "\"" + i + "\":{\"content\":\"<" + i + ">\"}";
        }));
  EXPECT_EQ(Tokenizer::load(folder_.string()).tokenize("a<199999>").size(), 2u);
}

TEST_F(LargeSideFile, OfExtraTokens) {
  write("tokenizer_config.json",
        members(R"({"extra_special_tokens":[)", "]}", [](const std::string& i) { return "\"<" + i + ">\""; }));
  EXPECT_EQ(Tokenizer::load(folder_.string()).tokenize("a<199999>").size(), 2u);
}

TEST_F(LargeSideFile, OfNamesIsRefused) {
  const auto name = [](const std::string& i) { return "\"n" + i + "_token\":\"<" + i + ">\""; };
  for (const char* file : {"tokenizer_config.json", "special_tokens_map.json"}) {
    write(file, members("{", "}", name));
    EXPECT_THAT(message_of(folder_), testing::HasSubstr("at most 4096")) << file;
    std::filesystem::remove(folder_ / file);
  }
  write("tokenizer_config.json", members(R"({"extra_special_tokens":{)", "}}", name));
  EXPECT_THAT(message_of(folder_), testing::HasSubstr("at most 4096"));
}

}  // namespace
}  // namespace gerbil
