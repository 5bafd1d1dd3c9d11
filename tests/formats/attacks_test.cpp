// Every file of tests/attacks that make.py lists must end in an Error, and for the reason it was made for.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "formats/checkpoint.hpp"
#include "formats/errors.hpp"
#include "formats/safetensors.hpp"

namespace gerbil::formats {
namespace {

const std::filesystem::path attacks = GERBIL_FIXTURES "/../attacks";

std::string open(const std::string& name) {
  try {
    if (name.starts_with("safetensors/")) {
      (void)parse_safetensors(MappedFile::open(attacks / name), "'" + name + "'");
    } else {
      (void)Checkpoint::open(attacks / name);
    }
  } catch (const Error& error) {
    EXPECT_NE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::internal)) << error.what();
    return error.what();
  }
  return "no Error";
}

TEST(Attacks, EndInAnErrorForTheRightReason) {
  const Json expected = parse_json(read_text_file(attacks / "expected.json"), "expected.json");
  ASSERT_GE(expected.size(), 90u);
  for (const auto& [name, reason] : expected.items()) {
    // The others are of the tests of models and of the engine.
    if (!name.starts_with("safetensors/") && !name.starts_with("checkpoints/")) continue;
    const std::string sentence = open(name);
    EXPECT_THAT(sentence, testing::HasSubstr(reason.get<std::string>())) << name;
    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
    EXPECT_LT(sentence.size(), 1500u) << name;
  }
}

TEST(Attacks, AreAllListed) {
  const Json expected = parse_json(read_text_file(attacks / "expected.json"), "expected.json");
  for (const char* folder : {"safetensors", "checkpoints", "configs", "tokenizers"}) {
    for (const auto& entry : std::filesystem::directory_iterator(attacks / folder)) {
      EXPECT_TRUE(expected.contains(folder + ("/" + entry.path().filename().string()))) << entry.path();
    }
  }
}

}  // namespace
}  // namespace gerbil::formats
